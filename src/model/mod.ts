// The model's public face: types and pure functions that every other area may import.

export * from './address.ts';
export * from './caching.ts';
export * from './cluster.ts';
export * from './errors.ts';
export * from './experiment-results.ts';
export * from './format-number.ts';
export * from './results.ts';
export * from './scale-results.ts';
export * from './service.ts';
export * from './wrap-words.ts';
