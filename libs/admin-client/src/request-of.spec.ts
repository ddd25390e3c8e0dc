import { doors } from '@millrace/contracts';
import { requestOf } from './request-of';

test('members in the path are escaped, those of a question become its query', () => {
  const { cascade, cascades } = doors.scheduler;
  expect(requestOf(cascade, { cascade: 'c/1?' })).toEqual({
    method: 'GET',
    path: '/api/v1/cascades/c%2F1%3F',
    body: null,
  });
  expect(requestOf(cascades, { release: 'a&b', state: undefined, limit: 5 }).path).toBe(
    '/api/v1/cascades?release=a%26b&limit=5',
  );
});

test('the other members of a command become its body', () => {
  expect(requestOf(doors.scheduler.cascadeSkip, { cascade: 'c-1', component: 'rpm/x', why: '' })).toEqual({
    method: 'POST',
    path: '/admin/v1/cascades/c-1/skip',
    body: '{"component":"rpm/x","why":""}',
  });
});

test('an empty member would be another address', () => {
  expect(() => requestOf(doors.scheduler.cascade, { cascade: '' })).toThrow("'cascade' needs a value for 'cascade'");
});
