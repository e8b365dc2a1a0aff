/** Takes at most so many, evenly over the batch, its latest included. */
export function sample<T>(batch: T[], most: number): T[] {
  if (batch.length <= most) return batch;
  return Array.from({ length: most }, (_, index) => batch[Math.floor(((index + 1) * batch.length) / most) - 1]!);
}
