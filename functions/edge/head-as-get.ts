/** Middleware: HEAD is answered as GET is, without the body. */
import type { MiddlewareObj } from '@middy/core';
import type { HttpEvent, HttpResponse } from './http.ts';

function withoutBody({ event, response }: { event: HttpEvent; response: HttpResponse | null }) {
  if (event.requestContext.http.method !== 'HEAD' || response?.body === undefined) return;
  response.body = '';
}

export const headMiddleware = (): MiddlewareObj<HttpEvent, HttpResponse> => ({
  after: withoutBody,
  onError: withoutBody,
});
