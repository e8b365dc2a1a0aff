import { counted } from '../core/text';
import type { Second } from './minute';

const [width, height] = [600, 90];

/** A minute, second by second: delivered, to be retried, given up. */
export function Chart({ seconds }: { seconds: Second[] }) {
  const top = Math.max(4, ...seconds.map((second) => second.delivered + second.retrying + second.failed));
  const bar = width / Math.max(1, seconds.length);
  const sum = (of: 'delivered' | 'retrying' | 'failed') => seconds.reduce((all, second) => all + second[of], 0);
  const label = `The last minute: ${counted(sum('delivered'), 'delivery', 'deliveries')} made, ${sum('retrying')} attempts to be retried, ${sum('failed')} given up`;
  return (
    <svg class="chart" viewBox={`0 0 ${width} ${height}`} preserveAspectRatio="none" role="img" aria-label={label}>
      {seconds.flatMap((second, index) => {
        let base = height;
        return (['delivered', 'retrying', 'failed'] as const).map((kind) => {
          const tall = (second[kind] / top) * height;
          base -= tall;
          return tall > 0 ? <rect key={`${index}-${kind}`} class={kind} x={index * bar + 1} y={base} width={bar - 2} height={tall} /> : null;
        });
      })}
    </svg>
  );
}
