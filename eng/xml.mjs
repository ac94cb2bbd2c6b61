// Reads the XML of test runners and coverage tools, so that ./test.sh needs only Node. Returns the elements in document order, each with
// its attributes, depth and the text at its beginning. Throws if the document is incomplete.
const markup = /<!--[\s\S]*?-->|<!\[CDATA\[[\s\S]*?\]\]>|<\?[\s\S]*?\?>|<!DOCTYPE[^>]*>|<(\/?)([\w:.-]+)((?:\s+[\w:.-]+\s*=\s*(?:"[^"]*"|'[^']*'))*)\s*(\/?)>/g;
const entities = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

export function* elements(text) {
  let depth = 0;
  let found = 0;
  for (const match of text.matchAll(markup)) {
    const [whole, closing, name, attributes, empty] = match;
    if (name === undefined) {
      continue;
    }

    if (closing) {
      depth--;
      continue;
    }

    found++;
    const end = match.index + whole.length;
    yield { name, attributes: parseAttributes(attributes), content: unescape(text.slice(end, text.indexOf('<', end))), depth };
    depth += empty ? 0 : 1;
  }

  if (found === 0 || depth !== 0) {
    throw new Error('the XML is incomplete');
  }
}

function parseAttributes(text) {
  const attributes = {};
  for (const [, name, quoted] of text.matchAll(/([\w:.-]+)\s*=\s*("[^"]*"|'[^']*')/g)) {
    attributes[name] = unescape(quoted.slice(1, -1));
  }

  return attributes;
}

function unescape(text) {
  return text.replace(/&(?:#x([\da-f]+)|#(\d+)|(\w+));/gi, (whole, hex, decimal, name) =>
    hex ? String.fromCodePoint(parseInt(hex, 16)) : decimal ? String.fromCodePoint(+decimal) : entities[name] ?? whole);
}
