/** x and y. */
export type Point = readonly [number, number];

/**
 * About `most` points that draw the same line: of each run of neighbours the lowest and the highest stay, so that no
 * peak is lost, and the ends of the line do as well. Fewer points come back as they are.
 */
export function thinPoints(points: readonly Point[], most: number): readonly Point[] {
  if (points.length <= most) return points;
  const size = Math.ceil((2 * points.length) / most);
  const kept = new Set([0]);
  for (let start = 0; start < points.length; start += size) {
    let [lowest, highest] = [start, start];
    for (let index = start; index < Math.min(start + size, points.length); index++) {
      const y = heightAt(points, index);
      if (y < heightAt(points, lowest)) lowest = index;
      if (y > heightAt(points, highest)) highest = index;
    }
    kept.add(Math.min(lowest, highest)).add(Math.max(lowest, highest));
  }
  kept.add(points.length - 1);
  return [...kept].map((index) => points[index] as Point);
}

function heightAt(points: readonly Point[], index: number): number {
  return (points[index] as Point)[1];
}
