import fc from 'fast-check';

// Enough to find what a property misses within a few runs of the suite, and few enough for a busy machine.
fc.configureGlobal({ numRuns: 40 });
