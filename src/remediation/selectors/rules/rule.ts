import { z } from 'zod';

const words = z.array(z.string().trim().min(1).max(64)).min(1).max(64).readonly();

/** Words are compared as `splitWords` writes them: lower case, `PodCrashLooping` as pod, crash, looping. */
const conditionSchema = z.strictObject({
  /** Alert names, as they stand, one of which it must have. */
  alertname: words.optional(),
  /** Words of the alert's name, all of which it must have. A word ending in `*` stands for all that begin like it. */
  all: words.optional(),
  /** Words of the alert's name, one of which it must have. */
  any: words.optional(),
  /** Words of the alert's name, none of which it may have. */
  none: words.optional(),
  /** Labels that it must have, with a value, or `*` for any. */
  labels: z.record(z.string().min(1).max(256), z.string().min(1).max(1_024)).readonly().optional(),
});

const ruleSchema = z.strictObject({
  /** For people and for the audit; distinct. */
  name: z.string().trim().min(1).max(128),
  when: conditionSchema.refine((condition) => Object.keys(condition).some((key) => key !== 'none'), {
    error: 'expected at least one of alertname, all, any, labels',
  }),
  /** Function to call, or `none` when nothing should be done. */
  call: z.string().trim().min(1).max(256),
  /** Values by parameter; what is left out comes from the alert's labels, declared rules and defaults. */
  parameters: z
    .record(z.string(), z.union([z.string(), z.number(), z.boolean()]))
    .readonly()
    .optional(),
  /** Probability, 0 to 1, that the rule is right where it applies. */
  confidence: z.number().min(0).max(1),
});

/** Schema of a rule file. */
export const ruleFileSchema = z.strictObject({
  version: z.literal(1),
  rules: z.array(ruleSchema).min(1).max(1_000).readonly(),
});

/** What must hold of an alert for a rule to apply. All that is said must hold. */
export type RuleCondition = z.infer<typeof conditionSchema>;
/** One rule; the first that applies counts. */
export type Rule = z.infer<typeof ruleSchema>;
export type RuleFile = z.infer<typeof ruleFileSchema>;
