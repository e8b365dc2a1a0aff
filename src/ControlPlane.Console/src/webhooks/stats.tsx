import { useEffect, useState } from 'preact/hooks';
import type { GetWebhookStatsResponse, GetWebhookStatsResponse_Bucket as Bucket } from '../../generated/controlplane/v1/delivery_service_pb';
import type { Webhook } from '../../generated/controlplane/v1/webhook_pb';
import { deliveries } from '../core/api';
import { useCall } from '../core/calls';
import { clock, count, millis, seconds, span, toDuration } from '../core/text';
import { type Bar, Chart } from '../live/chart';
import { Choice } from '../ui/form';
import { Busy, Card, ProblemBox } from '../ui/parts';

const windows = [['3600', 'Last hour'], ['86400', 'Last day'], ['2592000', 'Last 30 days']] as [string, string][];
const atOnce = 6;

const barOf = (bucket: Bucket): Bar => ({
  delivered: Number(bucket.delivered), retrying: Number(bucket.retried), failed: Number(bucket.failed - bucket.retried),
});

/** Never 100 % while something failed. */
const shareText = (share: number | undefined) => (share === undefined ? '–' : `${Math.floor(share * 1000) / 10} %`);

const ageText = (of: GetWebhookStatsResponse) =>
  (of.oldestWaitingTime ? span(Math.max(0, (Date.now() - millis(of.oldestWaitingTime)) / 1000)) : '–');

/** The last hour of each webhook of a list, some asked for at once. One that was deleted meanwhile has none. */
export function useHealth(of: Webhook[], enabled: boolean): Map<string, GetWebhookStatsResponse> {
  const [found, setFound] = useState(new Map<string, GetWebhookStatsResponse>());
  const ids = of.map(({ id }) => id).join();
  useEffect(() => {
    const abort = new AbortController();
    const waiting = enabled && ids ? ids.split(',') : [];
    const next = async (): Promise<void> => {
      const webhookId = waiting.shift();
      if (!webhookId || abort.signal.aborted) return;
      const stats = await deliveries.getWebhookStats({ webhookId }, { signal: abort.signal }).catch(() => undefined);
      if (stats && !abort.signal.aborted) setFound((last) => new Map(last).set(webhookId, stats));
      return next();
    };
    for (let i = 0; i < atOnce; i++) void next();
    return () => abort.abort();
  }, [ids, enabled]);
  return found;
}

/** A webhook's last hour in the cells of its row. */
export const HealthCells = ({ of }: { of: GetWebhookStatsResponse | undefined }) => (of ? (
  <>
    <td class="health"><span>{shareText(of.successShare)}</span><Chart bars={of.buckets.map(barOf)} what="The last hour" small /></td>
    <td class="number">{count(of.inFlight)}</td>
    <td class="number">{count(of.waiting)}</td>
    <td class="number">{ageText(of)}</td>
  </>
) : <><td>–</td><td class="number">–</td><td class="number">–</td><td class="number">–</td></>);

/** How attempts ended in the last hour, day or 30 days. */
export function Stats({ of, round }: { of: Webhook; round: number }) {
  const [window, setWindow] = useState(windows[0]![0]);
  const answer = useCall((signal) => deliveries.getWebhookStats({ webhookId: of.id, window: toDuration(Number(window)) }, { signal }), [of.id, window, round]);
  const stats = answer.value;
  return (
    <Card title="Attempts" actions={
      <>
        <Choice label="Window" name="window" value={window} set={setWindow} options={windows} />
        <button type="button" class="small" onClick={answer.reload} disabled={answer.busy}>Refresh</button>
      </>
    }>
      <ProblemBox problem={answer.problem} />
      {!stats && answer.busy && <Busy />}
      {stats && <Totals of={stats} />}
      {stats && <Chart bars={stats.buckets.map(barOf)} what={windows.find(([value]) => value === window)![1]} />}
      {stats && (
        <p class="chart-label quiet"><span>{clock(millis(stats.buckets[0]!.startTime!))}</span><span>now</span></p>
      )}
    </Card>
  );
}

function Totals({ of }: { of: GetWebhookStatsResponse }) {
  const bars = of.buckets.map(barOf);
  const sum = (kind: keyof Bar) => count(bars.reduce((all, bar) => all + bar[kind], 0));
  const latest = [...of.buckets].reverse().find(({ p50 }) => p50);
  return (
    <dl class="totals">
      <div><dt>Delivered of all attempts</dt><dd>{shareText(of.successShare)}</dd></div>
      <div class="delivered"><dt>Delivered</dt><dd>{sum('delivered')}</dd></div>
      <div class="retrying"><dt>Retried</dt><dd>{sum('retrying')}</dd></div>
      <div class="failed"><dt>Given up</dt><dd>{sum('failed')}</dd></div>
      <div><dt>In flight</dt><dd>{count(of.inFlight)}</dd></div>
      <div><dt>Waiting</dt><dd>{count(of.waiting)}</dd></div>
      <div><dt>Oldest waiting</dt><dd>{ageText(of)}</dd></div>
      <div><dt>Accepted to delivered lately, p50</dt><dd>{latest?.p50 ? span(seconds(latest.p50)) : '–'}</dd></div>
      <div><dt>p99</dt><dd>{latest?.p99 ? span(seconds(latest.p99)) : '–'}</dd></div>
    </dl>
  );
}
