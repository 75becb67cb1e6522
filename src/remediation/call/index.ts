export { type ProposedCall, type RefusedCall, type ResolvedCall, resolveCall } from './resolve-call.js';
