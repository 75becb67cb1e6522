import type { BaselineReport } from '../baselines/index.js';
import type { DetailedEvaluation } from '../evaluate.js';
import { gateRows } from '../gate.js';
import { reliabilityBins, riskCoverageCurve } from '../statistics/index.js';
import type { JudgedCase, SuiteReport } from '../suite-report.js';
import { confusionOf } from './confusion.js';
import type { EvaluationPage, SuitePage, WorstError } from './page-data.js';

/** Wrong answers of a suite that are shown, the surest first. */
const WORST = 10;
/** Points of a curve that are kept; a page of thousands of points is slow to draw and shows no more. */
const CURVE_POINTS = 200;

/** A report as its page shows it. */
export function pageOf(
  { folder, report, sets }: DetailedEvaluation,
  made: { readonly measuredAt: string; readonly command: string },
): EvaluationPage {
  const { manifest } = folder;
  const dataset = manifest.training.datasetHash;
  return {
    formatVersion: 1,
    model: {
      name: manifest.name,
      version: manifest.version,
      parameterCount: manifest.parameterCount,
      hashes: {
        weights: manifest.files.weights.sha256,
        vocabulary: manifest.files.vocabulary.sha256,
        ...(typeof dataset === 'string' && { dataset }),
      },
    },
    threshold: report.threshold,
    seed: report.seed,
    ...made,
    gate: gateRows(report),
    ...(report.risks && {
      riskThresholds: report.risks.map(({ risk, found }) => ({
        risk,
        threshold: found?.threshold,
        coverage: found?.coverage,
      })),
    }),
    suites: sets.map(({ set, cases }, index) =>
      suitePage(
        report.rows[index] as SuiteReport,
        set.description,
        cases,
        report.baselines?.rows.filter(({ suite }) => suite === set.name) ?? [],
      ),
    ),
  };
}

function suitePage(
  row: SuiteReport,
  description: string,
  cases: readonly JudgedCase[],
  baselines: readonly BaselineReport[],
): SuitePage {
  const scored = cases.map((entry) => entry.scored);
  const { functionInterval, callInterval } = row;
  const curve = riskCoverageCurve(scored);
  const every = Math.max(1, Math.ceil(curve.length / CURVE_POINTS));
  return {
    name: row.suite,
    description,
    cases: row.cases,
    noneCases: row.noneCases,
    figures: {
      functionAccuracy: { value: row.functionAccuracy, low: functionInterval.low, high: functionInterval.high },
      callAccuracy: { value: row.callAccuracy, low: callInterval.low, high: callInterval.high },
      coverage: row.coverage,
      selectiveAccuracy: row.selectiveAccuracy,
      selectiveAccuracyAt70: row.selectiveAccuracyAt70,
      wronglyActed: row.wronglyActed,
      ece: row.ece,
      adaptiveEce: row.adaptiveEce,
      brier: row.brier,
      nll: row.nll,
      aurc: row.aurc,
      augrc: row.augrc,
      meanSteps: row.meanSteps,
    },
    reliability: reliabilityBins(scored),
    riskCoverage: curve
      .filter((_, index) => index % every === 0 || index === curve.length - 1)
      .map(({ coverage, risk }) => [coverage, risk] as const),
    cycles: row.cycles.map(({ step, hCycle, functionAccuracy, callAccuracy, meanConfidence }) => ({
      step,
      hCycle,
      functionAccuracy,
      callAccuracy,
      meanConfidence,
    })),
    confusion: confusionOf(
      cases.map((entry) => ({ expected: expectedOf(entry), answered: entry.final.answer.lambdaFunction })),
    ),
    ...(baselines.length > 0 && {
      baselines: baselines.map(({ baseline, functionAccuracy, callAccuracy, wronglyActed }) => ({
        baseline,
        functionAccuracy,
        callAccuracy,
        wronglyActed,
      })),
    }),
    worstErrors: [...cases]
      .filter(({ verdict }) => !verdict.callRight)
      .sort((left, right) => right.final.confidence - left.final.confidence)
      .slice(0, WORST)
      .map(worstError),
  };
}

/** The answer that is closest to the given one among the acceptable ones. */
function expectedOf({ answered: { example }, final, verdict }: JudgedCase): string | null {
  return verdict.functionRight ? final.answer.lambdaFunction : (example.functions[0] ?? null);
}

function worstError({ answered: { example, steps }, final }: JudgedCase): WorstError {
  const { labels, annotations, metrics } = example.alert;
  const [best] = example.functions;
  const { answer, confidence } = final;
  return {
    id: example.id,
    alert: { labels, annotations, metrics },
    catalog: example.catalog.map(({ name }) => name),
    expected: example.functions,
    ...(best !== undefined &&
      example.parameters[best] !== undefined && { expectedParameters: example.parameters[best] }),
    answered: { lambdaFunction: answer.lambdaFunction, parameters: answer.parameters },
    confidence,
    cause: answer.cause,
    trace: steps
      .filter(({ step }) => step <= final.step)
      .map((step) => ({
        step: step.step,
        hCycle: step.hCycle,
        function: step.answer.lambdaFunction,
        confidence: step.confidence,
      })),
  };
}
