// What the page can call. One line is one endpoint; `field` is the text it sends along as JSON.

export const endpoints = [
  { method: 'GET', path: '/api/public', about: 'Everyone may read it, with a token or without.' },
  { method: 'GET', path: '/api/me', about: 'Who you are, as the API reads it from your token.' },
  { method: 'GET', path: '/api/notes', about: 'Your notes. They belong to a local user, which an ID token brings.' },
  { method: 'POST', path: '/api/notes', about: 'Adds a note.', field: { name: 'text', label: 'Text of the note', value: 'Down the rabbit-hole' } },
  { method: 'GET', path: '/api/admin', about: 'For members of the group "admins".' },
  { method: 'GET', path: '/api/reports', about: 'For tokens with a scope that allows it.' },
  { method: 'GET', path: '/health', about: 'For a load balancer: are the keys of the user pool at hand?' },
];
