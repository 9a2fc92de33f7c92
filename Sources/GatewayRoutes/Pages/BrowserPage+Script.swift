extension BrowserPage {
    static let script = #"""

        'use strict';

        // What is shown of one answer; a stream may never end.
        const LIMIT = 256 * 1024;

        const byId = id => document.getElementById(id);

        function make(tag, properties = {}, ...children) {
          const element = Object.assign(document.createElement(tag), properties);
          element.append(...children.filter(child => child != null));
          return element;
        }

        // The document

        function resolved(spec, value) {
          if (!value || !value.$ref) return value;
          return value.$ref.slice(2).split('/').reduce((at, name) => at[name], spec);
        }

        // One entry for each route: its operations by method, those made by rule left out.
        function routesOf(spec) {
          const routes = new Map();
          for (const [path, item] of Object.entries(spec.paths)) {
            for (const [method, operation] of Object.entries(item)) {
              if (operation['x-by-rule']) continue;
              const name = operation['x-route'];
              if (!routes.has(name)) {
                routes.set(name, {
                  name, path, group: operation.tags[0], summary: operation.summary,
                  id: operation.operationId, operations: new Map(),
                });
              }
              routes.get(name).operations.set(method.toUpperCase(), operation);
            }
          }
          return [...routes.values()];
        }

        function show(spec) {
          const routes = routesOf(spec);
          for (const tag of spec.tags) {
            const own = routes.filter(route => route.group === tag.name);
            const id = 'group-' + tag.name.replace(/\W+/g, '-').toLowerCase();
            const heading = make('h2', {id, textContent: tag.name});
            byId('routes').append(make('section', {}, heading,
              make('p', {textContent: tag.description}), ...own.map(route => entry(spec, route))));
            byId('groups').append(make('a', {href: '#' + id}, tag.name,
              make('span', {textContent: own.length})));
          }
          byId('state').hidden = true;
          document.body.dataset.routes = routes.length;
          openTarget();
        }

        // One route

        function entry(spec, route) {
          const [method, template] = route.name.split(' ');
          const path = make('span', {className: 'path'});
          for (const part of template.split(/(\{[^}]*\})/)) {
            path.append(part.startsWith('{') ? make('i', {textContent: part}) : part);
          }
          const details = make('details', {className: 'route', id: route.id},
            make('summary', {}, make('span', {className: 'method ' + method, textContent: method}),
              path, make('span', {className: 'says', textContent: route.summary})));
          details.dataset.name = route.name;
          details.dataset.text = `${route.name} ${route.summary} ${route.group}`.toLowerCase();
          // Most are never looked into.
          details.addEventListener('toggle', () => {
            if (details.open) details.append(inside(spec, route));
          }, {once: true});
          return details;
        }

        function inside(spec, route) {
          const first = route.operations.get('POST') || [...route.operations.values()][0];
          const form = new RouteForm(spec, route, first);
          const command = make('pre', {textContent: form.sample});
          const copy = make('button', {type: 'button', textContent: 'Copy'});
          copy.addEventListener('click', async () => {
            try {
              await navigator.clipboard.writeText(command.textContent);
              copy.textContent = 'Copied';
            } catch {
              getSelection().selectAllChildren(command);
            }
          });
          const result = make('div', {className: 'result', hidden: true, ariaLive: 'polite'});
          form.element.addEventListener('input', () => {
            command.textContent = form.command();
            copy.textContent = 'Copy';
          });
          form.element.addEventListener('submit', event => {
            event.preventDefault();
            call(form, result);
          });
          return make('div', {className: 'inside'},
            make('div', {className: 'wide command'}, command, copy),
            make('div', {}, make('h3', {textContent: 'Try it'}), form.element),
            make('div', {}, result, make('h3', {textContent: 'Possible answers'}),
              answers(spec, first)));
        }

        function answers(spec, operation) {
          const good = make('tbody');
          const problems = make('tbody');
          const statuses = Object.keys(operation.responses);
          for (const status of statuses) {
            const response = resolved(spec, operation.responses[status]);
            const row = make('td');
            if (response['x-problems']) {
              for (const line of response.description.split('\n')) {
                const [name, text] = line.split(/: (.*)/);
                row.append(make('div', {}, make('code', {textContent: name}), ' ' + text));
              }
            } else {
              row.append(response.description);
              const types = Object.keys(response.content || {}).join(', ');
              const fields = Object.entries(response.headers)
                .filter(([, field]) => !field.$ref).map(([name]) => name).join(', ');
              if (types) row.append(make('div', {}, make('code', {textContent: types})));
              if (fields) {
                row.append(make('div', {}, 'with ', make('code', {textContent: fields})));
              }
            }
            (response['x-problems'] ? problems : good).append(make('tr', {},
              make('td', {className: tone(status), textContent: status.replace('default', 'any')}),
              row));
          }
          return make('div', {}, make('table', {}, good),
            make('details', {className: 'more'},
              make('summary', {textContent: 'What can go wrong'}), make('table', {}, problems)));
        }

        function tone(status) {
          return {2: 'good', 3: 'odd', 4: 'bad', 5: 'bad'}[String(status)[0]] || '';
        }

        // The form of a route

        class RouteForm {
          constructor(spec, route, operation) {
            this.route = route;
            const parameters = operation.parameters || [];
            this.sample = (operation['x-codeSamples'] || [{source: ''}])[0].source
              .replaceAll('http://127.0.0.1:8080', location.origin);
            this.element = make('form', {className: 'try'});
            this.inputs = new Map();
            const methods = [...route.operations.keys()];
            if (methods.length > 1) {
              this.method = this.field('method', '', choice(methods));
              this.method.value = 'POST';
            } else {
              this.method = {value: methods[0]};
            }
            this.addParameters(parameters.filter(parameter => parameter.required));
            this.addBody(spec, operation);
            const rest = parameters.filter(parameter => !parameter.required);
            if (rest.length > 0) {
              const form = this.element;
              const names = rest.map(parameter => parameter.name).join(', ');
              this.element = make('details', {className: 'more'},
                make('summary', {textContent: 'More: ' + names}));
              this.addParameters(rest);
              form.append(this.element);
              this.element = form;
            }
            this.addAccept(spec, operation);
            this.stop = make('button', {type: 'button', textContent: 'Stop', hidden: true});
            this.element.append(make('div', {className: 'actions'},
              make('button', {className: 'send', textContent: 'Send'}), this.stop));
          }

          addParameters(parameters) {
            for (const parameter of parameters) {
              this.inputs.set(parameter, this.field(
                parameter.name, parameter.description, control(parameter), parameter.required));
            }
          }

          field(name, summary, input, isRequired) {
            input.id = this.route.id + ':' + name;
            const label = make('label', {htmlFor: input.id, textContent: name});
            if (isRequired) label.append(make('span', {className: 'must', textContent: ' *'}));
            this.element.append(make('div', {className: 'field'}, label, input,
              summary ? make('small', {textContent: summary}) : null));
            return input;
          }

          addBody(spec, operation) {
            if (!operation.requestBody) return;
            const content = resolved(spec, operation.requestBody).content;
            const types = Object.keys(content);
            const first = types.find(type => content[type].example !== undefined) || types[0];
            const example = content[first].example;
            this.body = this.field('body', '', make('textarea', {rows: 4, spellcheck: false,
              value: typeof example === 'string' ? example : text(example)}));
            this.body.addEventListener('keydown', event => {
              if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
                this.element.requestSubmit();
              }
            });
            this.type = this.field('Content-Type', '', choice(types));
            this.type.value = first;
          }

          addAccept(spec, operation) {
            const types = Object.entries(operation.responses)
              .filter(([status]) => status[0] === '2')
              .flatMap(([, response]) => Object.keys(resolved(spec, response).content || {}));
            if (types.length > 1) this.accept = this.field('Accept', '', choice(['*/*', ...types]));
          }

          // Method, URL, header fields and body as the form has them.
          request() {
            let path = this.route.path;
            const query = [];
            const headers = {};
            for (const [parameter, input] of this.inputs) {
              if (parameter.in === 'path') {
                const encoded = encodeURIComponent(input.value);
                path = path.replace(`{${parameter.name}}`, parameter['x-rest-of-path']
                  ? encoded.replaceAll('%2F', '/') : encoded);
              } else if (input.value === '') {
                continue;
              } else if (parameter.in === 'header') {
                headers[parameter.name] = input.value;
              } else if (parameter.schema.type === 'array') {
                for (const line of lines(input)) query.push(pair(parameter.name, line));
              } else if (parameter.schema.type === 'object') {
                for (const line of lines(input)) {
                  const [name, value] = line.split(/=(.*)/s);
                  query.push(pair(`${parameter.name}.${name}`, value || ''));
                }
              } else {
                query.push(pair(parameter.name, input.value));
              }
            }
            const method = this.method.value;
            const hasBody = this.body && !['GET', 'HEAD', 'OPTIONS'].includes(method);
            if (hasBody) headers['Content-Type'] = this.type.value;
            if (this.accept && this.accept.value !== '*/*') headers.Accept = this.accept.value;
            const url = location.origin + path + (query.length ? '?' + query.join('&') : '');
            return {method, url, headers, body: hasBody ? this.body.value : undefined};
          }

          command() {
            const {method, url, headers, body} = this.request();
            const words = ['curl'];
            if (method === 'HEAD') words.push('-I');
            else if (method !== 'GET') words.push('-X', method);
            for (const [name, value] of Object.entries(headers)) {
              words.push('-H', quoted(`${name}: ${value}`));
            }
            if (body !== undefined) words.push('--data-binary', quoted(body));
            return [...words, quoted(url)].join(' ');
          }
        }

        function control(parameter) {
          const schema = parameter.schema;
          const example = parameter.example;
          if (schema.enum) return choice(['', ...schema.enum]);
          if (schema.type === 'boolean') return choice(['', 'true', 'false']);
          if (schema.type === 'array') {
            return make('textarea', {rows: 2, placeholder: 'one on each line', spellcheck: false,
              value: (example || []).join('\n')});
          }
          if (schema.type === 'object') {
            return make('textarea', {rows: 1, placeholder: 'NAME=VALUE on each line',
              spellcheck: false});
          }
          const input = make('input', {autocomplete: 'off', spellcheck: false});
          input.autocapitalize = 'off';
          if (parameter.required) {
            input.required = true;
            input.value = example === undefined ? '' : example;
          } else if (example !== undefined) {
            input.placeholder = example;
          }
          return input;
        }

        function choice(values) {
          return make('select', {},
            ...values.map(value => make('option', {value, textContent: value})));
        }

        const text = value => value === undefined ? '' : JSON.stringify(value);
        const lines = input => input.value.split('\n').filter(line => line !== '');
        const pair = (name, value) => encodeURIComponent(name) + '=' + encodeURIComponent(value);
        const quoted = word => /^[\w.,:\/@%+=-]+$/.test(word)
          ? word : "'" + word.replaceAll("'", "'\\''") + "'";

        // A call

        async function call(form, result) {
          const {url, ...request} = form.request();
          const aborter = new AbortController();
          const status = make('p', {className: 'status', textContent: '…'});
          const fields = make('pre');
          const body = make('pre', {tabIndex: 0, hidden: true});
          result.replaceChildren(make('h3', {textContent: 'Answer'}), status,
            make('details', {className: 'more'}, make('summary', {textContent: 'Header fields'}),
              fields), body);
          result.hidden = false;
          result.scrollIntoView({block: 'nearest'});
          delete result.dataset.done;
          form.stop.hidden = false;
          form.stop.onclick = () => aborter.abort();
          const start = performance.now();
          try {
            const response = await fetch(
              url, {...request, cache: 'no-store', signal: aborter.signal});
            const took = Math.round(performance.now() - start);
            status.className = 'status ' + tone(response.status);
            status.replaceChildren(`${response.status} ${response.statusText} `,
              make('small', {textContent: `${took} ms`}));
            fields.textContent = [...response.headers].map(pair => pair.join(': ')).join('\n');
            await read(response, body);
          } catch (error) {
            const ended = error.name === 'AbortError' ? 'stopped' : 'no answer: ' + error.message;
            status.append(make('small', {textContent: ' ' + ended}));
          }
          form.stop.hidden = true;
          result.dataset.done = true;
        }

        // Shows content as it comes; JSON is indented when all of it is there.
        async function read(response, body) {
          if (!response.body) return;
          const reader = response.body.getReader();
          const decoder = new TextDecoder();
          let all = '';
          for (;;) {
            const {done, value} = await reader.read();
            all += decoder.decode(value, {stream: !done});
            body.textContent = all;
            body.hidden = all === '';
            if (done) break;
            if (all.length > LIMIT) {
              await reader.cancel();
              body.textContent = all.slice(0, LIMIT) + '\n… the rest is not shown';
              return;
            }
          }
          if (/[\/+]json\b/.test(response.headers.get('Content-Type') || '')) {
            body.textContent = indented(all);
          }
        }

        // Works on the text, so that numbers stay as they are written.
        function indented(json) {
          let depth = 0;
          const line = () => '\n' + '  '.repeat(depth);
          return json.replace(/"(?:\\.|[^"\\])*"|[\[{]\s*[\]}]|[\[\]{},:]|\s+/g, token => {
            if (token === '{' || token === '[') {
              depth += 1;
              return token + line();
            }
            if (token === '}' || token === ']') {
              depth = Math.max(0, depth - 1);
              return line() + token;
            }
            if (token === ',') return token + line();
            if (token === ':') return ': ';
            return token.startsWith('"') ? token : token.replace(/\s/g, '');
          });
        }

        // Finding routes

        byId('filter').addEventListener('input', event => {
          const words = event.target.value.toLowerCase().split(/\s+/);
          for (const route of document.querySelectorAll('.route')) {
            route.hidden = !words.every(word => route.dataset.text.includes(word));
          }
          for (const section of document.querySelectorAll('section')) {
            section.hidden = !section.querySelector('.route:not([hidden])');
          }
          const isEmpty = !document.querySelector('section:not([hidden])');
          byId('state').hidden = !isEmpty;
          byId('state').textContent = 'No route has all of these words.';
        });

        document.addEventListener('keydown', event => {
          if (event.key !== '/' || event.target.matches('input, textarea, select')) return;
          event.preventDefault();
          byId('filter').focus();
        });

        function openTarget() {
          const target = byId(decodeURIComponent(location.hash.slice(1)));
          if (!target || !target.matches('.route, h2')) return;
          if (target.matches('.route')) target.open = true;
          target.scrollIntoView();
        }

        addEventListener('hashchange', openTarget);

        fetch('/openapi.json').then(async response => {
          if (!response.ok) throw new Error(`${response.status} ${response.statusText}`);
          show(await response.json());
        }).catch(error => {
          byId('state').textContent = '/openapi.json cannot be read: ' + error.message;
        });

        """#
}
