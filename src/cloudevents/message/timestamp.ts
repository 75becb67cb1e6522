const RFC_3339 = /^(\d{4})-(\d{2})-(\d{2})[Tt](\d{2}):(\d{2}):(\d{2})(?:\.\d{1,32})?(?:[Zz]|[+-](\d{2}):(\d{2}))$/;

/** Milliseconds since the epoch of a time by RFC 3339; undefined for a text that is none. */
export function parseTimestamp(text: string): number | undefined {
  const match = RFC_3339.exec(text);
  if (match === null) return undefined;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0, zoneHour = 0, zoneMinute = 0] = match
    .slice(1)
    .map((part: string | undefined) => Number(part ?? 0));
  if (month < 1 || month > 12 || day < 1 || day > daysIn(year, month)) return undefined;
  // A leap second is the last second of a minute; Date knows none.
  if (hour > 23 || minute > 59 || second > 60 || zoneHour > 23 || zoneMinute > 59) return undefined;
  const time = Date.parse(text.toUpperCase().replace(/:60(?=[.Z+-])/, ':59'));
  return Number.isNaN(time) ? undefined : time;
}

function daysIn(year: number, month: number): number {
  // The calendar repeats after 400 years, and years below 100 mean others to Date.
  return new Date(Date.UTC(2000 + (year % 400), month, 0)).getUTCDate();
}
