"""A model over HTTP: `server` (connections, one request after the other), `answers` (what each address answers),
`forms` (pictures as browsers send them), `page.html`."""
