import { z } from 'zod';

/** A call, or the parameters of one, as a section spells it out; nothing of it is believed before `resolveCall`. */
export interface SectionCall {
  /** Left out for parameters that stand alone; they are meant for the function that the section leads to. */
  readonly lambdaFunction?: string | undefined;
  /** Values as they are written, `{{ $labels.pod }}` included. */
  readonly parameters: Readonly<Record<string, string | number | boolean>>;
}

/** A part of a runbook: what stands under one heading, or one row of a table that has a column for alerts. */
export interface RunbookSection {
  /** Of the heading, as GitHub makes it; empty before the first heading. */
  readonly anchor: string;
  /** Line of the file on which it begins, from 1. */
  readonly line: number;
  /** Titles from the outermost heading to its own. */
  readonly headings: readonly string[];
  /** Its words without marks, at most 4,096 characters. */
  readonly text: string;
  /** Keys (see `alertKey`) of the alerts that it is about: by its headings, by `Alert: X`, by a table's column. */
  readonly alerts: readonly string[];
  /** Keys of what it names in code, alerts maybe. */
  readonly mentions: readonly string[];
  /** What it names in code and may be a function, and how strongly. */
  readonly names: readonly { readonly name: string; readonly weight: number }[];
  readonly calls: readonly SectionCall[];
}

/** What is kept of one section. */
export const SECTION_LIMITS = {
  heading: 200,
  alerts: 64,
  mentions: 256,
  names: 1_024,
  calls: 32,
  value: 1_024,
} as const;

/** A section as it is read back from a stored index. */
export const sectionSchema: z.ZodType<RunbookSection> = z.object({
  anchor: z.string(),
  line: z.int().min(1),
  headings: z.array(z.string()),
  text: z.string(),
  alerts: z.array(z.string()),
  mentions: z.array(z.string()),
  names: z.array(z.object({ name: z.string(), weight: z.number() })),
  calls: z.array(
    z.object({
      lambdaFunction: z.string().optional(),
      parameters: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
    }),
  ),
});
