// Runs worker.ts when the package itself runs from TypeScript source; not part of the published package.
import { register } from 'tsx/esm/api';

register();
await import('./worker.ts');
