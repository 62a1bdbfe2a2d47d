/** A promise that a test opens by hand. */
export const gate = (): { readonly passed: Promise<void>; open(): void } => {
  let open = (): void => undefined;
  const passed = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { passed, open: () => open() };
};
