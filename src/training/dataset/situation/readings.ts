import type { Random } from '../../../core/random.js';

type Reading = number | string | readonly (number | string)[];

/**
 * Draws one value for each metric of a fact. A key `a|b` stands for either name; a reading is a constant, a list to
 * choose from, or a range such as `80..99` (whole numbers) or `0.5..2` (one decimal).
 */
export function drawReadings(
  metrics: Readonly<Record<string, Reading>>,
  random: Random,
): Record<string, number | string> {
  const drawn: Record<string, number | string> = {};
  for (const [names, reading] of Object.entries(metrics)) {
    drawn[random.pick(names.split('|'))] = drawReading(reading, random);
  }
  return drawn;
}

function drawReading(reading: Reading, random: Random): number | string {
  if (typeof reading === 'object') return random.pick(reading);
  const range = typeof reading === 'string' ? /^(-?[\d.]+?)\.\.(-?[\d.]+)$/.exec(reading) : null;
  if (range === null) return reading;
  const [low, high] = [Number(range[1]), Number(range[2])];
  if (Number.isInteger(low) && Number.isInteger(high)) return low + random.integer(high - low + 1);
  return Math.round((low + random.next() * (high - low)) * 10) / 10;
}

/** Readings that say nothing about any cause. */
const NEUTRAL: Readonly<Record<string, Reading>> = {
  scrape_duration_seconds: '0.1..2.5',
  uptime_hours: '1..900',
  value: '0..500',
  samples: '100..9000',
  threshold: '1..90',
  series: '10..4000',
  evaluation_interval_seconds: [15, 30, 60],
};

/** One or two readings that are beside the point. */
export function neutralReadings(random: Random): Record<string, number | string> {
  const keys = random.shuffle(Object.keys(NEUTRAL)).slice(0, 1 + random.integer(2));
  return drawReadings(Object.fromEntries(keys.map((key) => [key, NEUTRAL[key] as Reading])), random);
}

/** `cpu_percent: 85` -> "cpu percent 85". */
export function readingsAsText(metrics: Readonly<Record<string, number | string>>): string {
  return `${Object.entries(metrics)
    .map(([key, value]) => `${key.replaceAll('_', ' ')} ${value}`)
    .join(', ')}.`;
}
