import { AppError } from '@millrace/kernel';

/** XML that is no XML-RPC: whoever sent it is not a Koji hub, or something between changed it. */
export function notXmlRpc(why: string): AppError {
  return new AppError({
    code: 'xml-rpc-damaged',
    kind: 'invalid',
    message: `not a valid XML-RPC document: ${why}`,
    remedy: 'check that the address is that of a Koji hub (it ends in /kojihub) and not of a web page or a proxy',
  });
}

export function notSendable(why: string): AppError {
  return new AppError({
    code: 'xml-rpc-not-sendable',
    kind: 'invalid',
    message: `XML-RPC cannot carry this: ${why}`,
    remedy: 'change the value in the request',
  });
}
