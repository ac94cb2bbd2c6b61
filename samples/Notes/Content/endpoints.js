// The endpoints that the page can call, one per line. `field` is a text that the page sends as JSON.

export const endpoints = [
  { method: 'GET', path: '/api/public', about: 'Accepts everyone, with or without a token.' },
  { method: 'GET', path: '/api/me', about: 'Your user, as the API reads it from your token.' },
  { method: 'GET', path: '/api/notes', about: 'Your notes. They belong to your local user, which the API finds with either token.' },
  { method: 'POST', path: '/api/notes', about: 'Adds a note.', field: { name: 'text', label: 'Text of the note', value: 'Down the rabbit-hole' } },
  { method: 'GET', path: '/api/admin', about: 'For members of the group "admins".' },
  { method: 'GET', path: '/api/reports', about: 'For tokens with a scope that allows it.' },
  { method: 'GET', path: '/health', about: 'For a monitor: whether the API has the keys of the user pool.' },
];
