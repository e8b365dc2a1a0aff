import { useEffect, useRef, useState } from 'preact/hooks';
import { type Problem, problemOf } from './problem';

export interface Answer<T> {
  value?: T;
  problem?: Problem;
  busy: boolean;
  reload: () => void;
}

/** Makes a call when the page opens, when what it depends on changes, and again on `reload`. Keeps the last answer meanwhile. */
export function useCall<T>(call: (signal: AbortSignal) => Promise<T>, depends: unknown[]): Answer<T> {
  const [answer, setAnswer] = useState<{ value?: T; problem?: Problem; busy: boolean }>({ busy: true });
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    const abort = new AbortController();
    setAnswer((last) => ({ ...last, busy: true }));
    call(abort.signal).then(
      (value) => { if (!abort.signal.aborted) setAnswer({ value, busy: false }); },
      (error) => { if (!abort.signal.aborted) setAnswer((last) => ({ ...last, problem: problemOf(error), busy: false })); });
    return () => abort.abort();
  }, [...depends, turn]);
  return { ...answer, reload: () => setTurn((last) => last + 1) };
}

export interface Action {
  busy: boolean;
  problem?: Problem;
  /** Does something, one at a time; what it throws becomes the problem. */
  run: (work: () => Promise<void>) => Promise<void>;
  fail: (problem?: Problem) => void;
}

export function useAction(): Action {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem>();
  const running = useRef(false);
  return {
    busy,
    problem,
    fail: setProblem,
    async run(work) {
      if (running.current) return;
      running.current = true;
      setBusy(true);
      setProblem(undefined);
      try {
        await work();
      } catch (error) {
        setProblem(problemOf(error));
      } finally {
        running.current = false;
        setBusy(false);
      }
    },
  };
}

/** Calls something again and again while a condition holds. */
export function usePoll(work: () => void, interval: number, while_: boolean) {
  const latest = useRef(work);
  latest.current = work;
  useEffect(() => {
    if (!while_) return undefined;
    const timer = setInterval(() => latest.current(), interval);
    return () => clearInterval(timer);
  }, [interval, while_]);
}

/** Items page by page, as lists of the API have them: pages can be short, so it asks for a few more until there is something. */
export function usePages<T>(fetchPage: (token: string, signal: AbortSignal) => Promise<{ items: T[]; next: string }>, depends: unknown[]) {
  const [items, setItems] = useState<T[]>([]);
  const [next, setNext] = useState('');
  const [problem, setProblem] = useState<Problem>();
  const [busy, setBusy] = useState(true);
  const [turn, setTurn] = useState(0);
  const abort = useRef(new AbortController());

  async function load(token: string, before: T[]) {
    abort.current.abort();
    const mine = abort.current = new AbortController();
    setBusy(true);
    setProblem(undefined);
    try {
      let found = before;
      let pages = 0;
      do {
        const page = await fetchPage(token, mine.signal);
        found = [...found, ...page.items];
        token = page.next;
      } while (token && found.length < before.length + 20 && ++pages < 10 && !mine.signal.aborted);
      if (mine.signal.aborted) return;
      setItems(found);
      setNext(token);
    } catch (error) {
      if (mine.signal.aborted) return;
      setProblem(problemOf(error));
    }
    setBusy(false);
  }

  useEffect(() => {
    void load('', []);
    return () => abort.current.abort();
  }, [...depends, turn]);
  return { items, next, problem, busy, more: () => load(next, items), reload: () => setTurn((last) => last + 1) };
}
