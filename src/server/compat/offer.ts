import { InvalidInputError } from '../../core/errors.js';
import { quote } from '../../domain/describe.js';
import type { RemediationFunction } from '../../domain/index.js';
import type { ServiceKernel } from '../service-route.js';
import type { KeyedCatalog } from '../work/catalog-cache.js';

/** Words by which a prompt lets a model choose nothing. */
const NONE = /^\(?(?:none|null|n\/a|no[ _-]?(?:action|function|match)|none[ _-]?applies|do[ _-]?nothing)\)?$/i;

/** Whether a name stands for "nothing should be called". */
export function meansNone(name: string): boolean {
  return NONE.test(name);
}

/** The tools of a request: what may be chosen, and what is called when nothing is. */
export interface ToolOffer {
  readonly catalog: KeyedCatalog;
  /** Name of the tool that stands for "no function fits", where one was offered. */
  readonly none: string | undefined;
}

/**
 * Reads tools as the catalog. A tool without required parameters that is called `none` or alike is no function but the
 * way to say that none fits.
 *
 * @param only name of the one tool that may be called
 * @throws InvalidInputError that names the place below `tools`
 */
export function readTools(kernel: ServiceKernel, tools: readonly unknown[], only: string | undefined): ToolOffer {
  const all = kernel.readCatalog(tools, 'tools');
  const { catalog } = all;
  const isNone = ({ name, parameters }: RemediationFunction): boolean =>
    meansNone(name) && (parameters.required ?? []).length === 0;
  const none = catalog.find(isNone)?.name;
  if (only !== undefined && !catalog.some(({ name }) => name === only)) {
    throw new InvalidInputError('tool_choice', `expected the name of one of the tools, received ${quote(only)}`);
  }
  const kept = catalog.map((entry) => entry.name !== none && (only === undefined || entry.name === only));
  if (kept.every(Boolean)) return { catalog: all, none };
  const left = tools.filter((_, index) => kept[index]);
  if (left.length === 0) throw new InvalidInputError('tools', 'expected a tool that does something beside "none"');
  return { catalog: kernel.readCatalog(left, 'tools'), none };
}
