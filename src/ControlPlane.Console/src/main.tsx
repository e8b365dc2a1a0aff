import './styles/base.css';
import './styles/controls.css';
import './styles/parts.css';
import './styles/monitor.css';
import { render } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { AuditPage } from './admin/audit';
import { KeysPage } from './admin/keys';
import { ServerPage } from './admin/server';
import { TenantsPage } from './admin/tenants';
import { signIn } from './core/api';
import { type Problem, problemOf } from './core/problem';
import { place } from './core/router';
import { caller, end, givenToken, isPortal, key } from './core/session';
import { loadSettings, portalName } from './core/settings';
import { DeliveryPage } from './deliveries/detail';
import { DeliveriesPage } from './deliveries/list';
import { RedrivesPage } from './deliveries/redrives';
import { LivePage } from './live/page';
import { Empty, Page, ProblemBox } from './ui/parts';
import { Shell, shownEntries } from './ui/shell';
import { SignIn } from './ui/signIn';
import { WebhookPage } from './webhooks/detail';
import { EditWebhookPage, NewWebhookPage } from './webhooks/edit';
import { EventTypesPage } from './webhooks/eventTypes';
import { WebhooksPage } from './webhooks/list';

function Pages() {
  const [name = shownEntries()[0]?.path, id, verb] = place.value.parts;
  if (!shownEntries().some(({ path }) => path === name)) return <Page title="Not found"><Empty>There is no such page, or the key may not see it.</Empty></Page>;
  switch (name) {
    case 'live': return <LivePage />;
    case 'deliveries': return id ? <DeliveryPage key={id} id={id} /> : <DeliveriesPage key={place.value.query.toString()} />;
    case 'webhooks':
      if (id === 'new') return <NewWebhookPage />;
      return id ? verb === 'edit' ? <EditWebhookPage key={id} id={id} /> : <WebhookPage key={id} id={id} /> : <WebhooksPage />;
    case 'redrives': return <RedrivesPage />;
    case 'event-types': return <EventTypesPage />;
    case 'tenants': return <TenantsPage />;
    case 'keys': return <KeysPage />;
    case 'audit': return <AuditPage />;
    default: return <ServerPage />;
  }
}

/** Signs in with what the tab or the address has, then shows the pages. */
function App() {
  const [problem, setProblem] = useState<Problem>();
  const [starting, setStarting] = useState(true);
  const start = async () => {
    setProblem(undefined);
    setStarting(true);
    const given = givenToken || key.value;
    try {
      if (given) await signIn(given);
    } catch (error) {
      const found = problemOf(error);
      if (found.reason) end('The key is no longer valid.');
      else setProblem(found);
    }
    setStarting(false);
  };
  useEffect(() => { void start(); }, []);
  if (caller.value) return <Shell name={isPortal ? portalName.value : 'Control plane'}><Pages /></Shell>;
  if (problem) return <main class="sign-in"><h1>Webhooks</h1><ProblemBox problem={problem} retry={start} /></main>;
  return starting ? null : <SignIn />;
}

await loadSettings();
render(<App />, document.getElementById('app')!);
