const make = (name, properties = {}, ...children) => {
  const element = Object.assign(document.createElement(name), properties);
  element.append(...children);
  return element;
};

const byId = (id) => document.getElementById(id);
const api = await (await fetch('/openapi.json')).json();

/** What a schema looks like as a value, for a body to begin with. */
function example(schema, depth = 0) {
  if (schema.$ref) {
    return depth > 3 ? {} : example(api.components.schemas[schema.$ref.split('/').pop()], depth + 1);
  }
  if (schema.enum) return schema.enum[0];
  switch (schema.type) {
    case 'object':
      return Object.fromEntries(Object.entries(schema.properties ?? {}).map(([name, value]) => [name, example(value, depth)]));
    case 'array':
      return [];
    case 'integer':
    case 'number':
      return 0;
    case 'boolean':
      return false;
    default:
      return '';
  }
}

/** The first level of the fields of a body: what is not filled in is not sent. */
function outline(schema) {
  return Object.entries(schema.properties ?? {})
    .map(([name, value]) => `${name}: ${JSON.stringify(example(value))}`)
    .join('\n');
}

async function show(response, target) {
  target.textContent = `${response.status} ${response.statusText}\n`;
  const decoder = new TextDecoder();
  let text = '';
  for await (const piece of response.body) {
    text += decoder.decode(piece, { stream: true });
    target.textContent = `${response.status} ${response.statusText}\n${text}`;
  }
  try {
    target.textContent = `${response.status} ${response.statusText}\n${JSON.stringify(JSON.parse(text), null, 2)}`;
  } catch {
    // A stream of messages, one a line, stays as it is.
  }
}

function form(path, verb, operation) {
  const inputs = (operation.parameters ?? []).map((parameter) => {
    const input = make('input', { required: parameter.required ?? false, title: parameter.description ?? '' });
    return { parameter, input };
  });
  const schema = operation.requestBody?.content['application/json'].schema;
  const body = schema && make('textarea', { rows: 6, value: '{}', spellcheck: false });
  const answer = make('pre', { hidden: true });
  const stop = make('button', { type: 'button', hidden: true }, 'Stop');
  const fields = inputs.map(({ parameter, input }) => make('label', {}, `${parameter.name} (${parameter.in})`, input));
  if (body) {
    fields.push(make('label', {}, 'body', body), make('details', {}, make('summary', {}, 'fields'), make('pre', {}, outline(schema))));
  }
  const element = make('form', {}, ...fields, make('button', {}, 'Send'), ' ', stop, answer);
  element.addEventListener('submit', async (event) => {
    event.preventDefault();
    let target = path;
    const query = new URLSearchParams();
    for (const { parameter, input } of inputs) {
      if (parameter.in === 'path') target = target.replace(`{${parameter.name}}`, encodeURIComponent(input.value));
      else if (input.value) query.append(parameter.name, input.value);
    }
    const headers = { authorization: `Bearer ${byId('key').value}` };
    if (body) headers['content-type'] = 'application/json';
    const abort = new AbortController();
    stop.onclick = () => abort.abort();
    stop.hidden = answer.hidden = false;
    answer.textContent = '...';
    try {
      await show(await fetch(query.size ? `${target}?${query}` : target, {
        method: verb.toUpperCase(), headers, body: body?.value, signal: abort.signal,
      }), answer);
    } catch (error) {
      answer.textContent += `\n${error}`;
    }
    stop.hidden = true;
  });
  return element;
}

function render() {
  const wanted = byId('find').value.toLowerCase();
  const sections = api.tags.map((tag) => {
    const operations = Object.entries(api.paths)
      .flatMap(([path, verbs]) => Object.entries(verbs).map(([verb, operation]) => ({ path, verb, operation })))
      .filter(({ operation }) => operation.tags.includes(tag.name))
      .filter(({ path, operation }) => `${path} ${operation.operationId} ${operation.summary}`.toLowerCase().includes(wanted))
      .map(({ path, verb, operation }) => {
        const element = make('details', { id: operation.operationId }, make('summary', {}, make('b', {}, verb), make('code', {}, path), ` ${operation.summary}`));
        element.addEventListener('toggle', () => {
          element.append(make('p', { className: 'about' }, operation.description), form(path, verb, operation));
        }, { once: true });
        return element;
      });
    return operations.length ? make('section', {}, make('h2', {}, tag.name), make('p', { className: 'about' }, tag.description), ...operations) : '';
  });
  byId('operations').replaceChildren(...sections);
}

byId('about').textContent = api.info.description;
byId('find').addEventListener('input', render);
render();
