// The endpoints that the page can call, one per line. `field` is a text that the page sends as JSON, or puts into
// the path if it stands there in braces. `json` is what the page sends otherwise.

export const endpoints = [
  { method: 'GET', path: '/api/public', about: 'Accepts everyone, with or without a token.' },
  { method: 'GET', path: '/api/me', about: 'Your user, as the API reads it from your token.' },
  { method: 'GET', path: '/api/notes', about: 'Your notes. They belong to your local user, which the API finds with either token.' },
  { method: 'POST', path: '/api/notes', about: 'Adds a note.', field: { name: 'text', label: 'Text of the note', value: 'Down the rabbit-hole' } },
  { method: 'GET', path: '/api/admin', about: 'For members of the group "admins".' },
  { method: 'PUT', path: '/api/admin/users/{id}/disabled', json: true, about: 'Closes the account of a local user, for members of "admins". The user\'s tokens are refused at the next request.', field: { name: 'id', label: 'Local user to close', value: '0' } },
  { method: 'PUT', path: '/api/admin/users/{id}/disabled', json: false, about: 'Opens the account again. The user must sign in again.', field: { name: 'id', label: 'Local user to open', value: '0' } },
  { method: 'GET', path: '/api/reports', about: 'For tokens with a scope that allows it.' },
  { method: 'GET', path: '/health', about: 'For a monitor: whether the API has the keys of the user pool.' },
];
