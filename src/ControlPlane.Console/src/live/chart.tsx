import { counted } from '../core/text';

/** How many of what ended in a part of the time. */
export interface Bar {
  delivered: number;
  retrying: number;
  failed: number;
}

const [width, height] = [600, 90];

/** A time, part by part: delivered, to be retried, given up. */
export function Chart({ bars, what, small = false }: { bars: Bar[]; what: string; small?: boolean }) {
  const top = Math.max(4, ...bars.map((bar) => bar.delivered + bar.retrying + bar.failed));
  const each = width / Math.max(1, bars.length);
  const gap = Math.min(1, each / 8);
  const sum = (of: keyof Bar) => bars.reduce((all, bar) => all + bar[of], 0);
  const label = `${what}: ${counted(sum('delivered'), 'delivery', 'deliveries')} made, ${sum('retrying')} attempts to be retried, ${sum('failed')} given up`;
  return (
    <svg class={small ? 'chart small' : 'chart'} viewBox={`0 0 ${width} ${height}`} preserveAspectRatio="none" role="img" aria-label={label}>
      {bars.flatMap((bar, index) => {
        let base = height;
        return (['delivered', 'retrying', 'failed'] as const).map((kind) => {
          const tall = (bar[kind] / top) * height;
          base -= tall;
          return tall > 0 ? <rect key={`${index}-${kind}`} class={kind} x={index * each + gap} y={base} width={each - 2 * gap} height={tall} /> : null;
        });
      })}
    </svg>
  );
}
