#!/usr/bin/env node
import module from 'node:module';
import { setFlagsFromString } from 'node:v8';

// Most commands end before machine code that V8 makes on the side has paid for itself: it takes a third of the CPU of a status. Newer V8
// counts calls instead of this budget, and complains of a flag it does not know.
if (process.versions.node.startsWith('20.')) setFlagsFromString('--interrupt-budget=500000');
module.enableCompileCache?.();
await import('../dist/cli/main.js');
