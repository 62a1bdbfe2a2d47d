// Preloaded into peers that listen on every address and have no option for it: whatever they ask for, they get 127.0.0.1.
const net = require('node:net');

const listen = net.Server.prototype.listen;
const isPort = (value) => typeof value === 'number' || /^\d+$/.test(value);
const isEverywhere = (host) => !host || host === '0.0.0.0' || host === '::';

net.Server.prototype.listen = function listenOnLoopback(...args) {
  const [first, second, ...rest] = args;
  if (typeof first === 'object' && first !== null && first.port != null) {
    return listen.call(this, isEverywhere(first.host) ? { ...first, host: '127.0.0.1' } : first, second, ...rest);
  }
  if (!isPort(first)) return listen.apply(this, args);
  if (typeof second === 'string') return listen.call(this, first, isEverywhere(second) ? '127.0.0.1' : second, ...rest);
  return listen.call(this, first, '127.0.0.1', ...args.slice(1).filter((value) => value !== undefined));
};
