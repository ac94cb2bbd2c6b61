const lineLength = 66;

/** Formats JSON with indents, but keeps a short object or list on one line. */
export function print(value, indent = '') {
  const entries = Array.isArray(value)
    ? value.map((item) => ['', item])
    : value !== null && typeof value === 'object'
      ? Object.entries(value).map(([name, item]) => [`${JSON.stringify(name)}: `, item])
      : undefined;
  if (entries === undefined) {
    return JSON.stringify(value);
  }

  const [open, close] = Array.isArray(value) ? ['[', ']'] : ['{', '}'];
  if (entries.length === 0) {
    return open + close;
  }
  const inner = `${indent}  `;
  const parts = entries.map(([name, item]) => name + print(item, inner));
  const line = Array.isArray(value) ? `[${parts.join(', ')}]` : `{ ${parts.join(', ')} }`;
  return indent !== '' && indent.length + line.length <= lineLength && !line.includes('\n')
    ? line
    : `${open}\n${parts.map((part) => inner + part).join(',\n')}\n${indent}${close}`;
}
