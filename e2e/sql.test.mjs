// The SQL of the pages for MySQL, MariaDB and Aurora, on a MariaDB. The SQL for SQLite runs in CognitoOwin.Tests (MigratingPageTests,
// ProvisioningPageTests).

import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { startDatabase } from './database.mjs';
import { codeBlock } from './pages.mjs';

let database;

before(async () => {
  database = await startDatabase();
});

after(() => database?.stop());

beforeEach(() => database.query('DROP TABLE IF EXISTS notes, users'));

test('The script of migrating.md keys users by pool id and keeps the older of two rows', () => {
  const script = codeBlock('migrating.md', 'sql', 'SUBSTRING_INDEX');
  database.query(`
CREATE TABLE users (
    id BIGINT PRIMARY KEY AUTO_INCREMENT,
    issuer VARCHAR(200) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    subject VARCHAR(100) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    username VARCHAR(200), email VARCHAR(320), disabled_at VARCHAR(30),
    UNIQUE (issuer, subject)) DEFAULT CHARACTER SET utf8mb4;
CREATE TABLE notes (id BIGINT PRIMARY KEY AUTO_INCREMENT, user_id BIGINT NOT NULL REFERENCES users (id), text VARCHAR(1000) NOT NULL);
INSERT INTO users (id, issuer, subject, username, disabled_at) VALUES
    (1, 'https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_A', 'alice', 'alice', NULL),
    (2, 'https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_A', 'bob', 'bob', NULL),
    (3, 'https://issuer-cognito-idp.eu-west-1.amazonaws.com/eu-west-1_A', 'alice', 'alice', '2026-01-01'),
    (4, 'https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_B', 'alice', 'another alice', NULL),
    (5, 'https://cognito-idp.us-west-2.amazonaws.com/eu-west-1_A', 'alice', 'alice', NULL);
INSERT INTO notes (user_id, text) VALUES (1, 'a'), (2, 'b'), (3, 'c'), (4, 'd'), (5, 'e');`);

  const listed = database.query(script);

  assert.deepEqual(listed.map(row => [row[0], row.at(-1)]), [['3', '1'], ['5', '1']]);
  assert.deepEqual(database.query('SELECT id, user_pool_id, subject, IFNULL(disabled_at, "-") FROM users ORDER BY id'), [
    ['1', 'eu-west-1_A', 'alice', '2026-01-01'], ['2', 'eu-west-1_A', 'bob', '-'], ['4', 'eu-west-1_B', 'alice', '-'],
  ]);
  assert.deepEqual(database.query('SELECT text, user_id FROM notes ORDER BY id'), [['a', '1'], ['b', '2'], ['c', '1'], ['d', '4'], ['e', '1']]);
  assert.throws(() => database.query("INSERT INTO users (user_pool_id, subject) VALUES ('eu-west-1_A', 'bob')"), /Duplicate entry/);
});

test('The statements of provisioning.md create one row and keep the address that is stored', () => {
  const table = codeBlock('provisioning.md', 'sql', 'AUTO_INCREMENT');
  const code = codeBlock('provisioning.md', 'csharp mysql', 'class UserStore');
  const [find, save] = ['FindUser', 'SaveUser'].map((name) => new RegExp(`${name} = @"([^"]*)"`).exec(code)[1]);
  const run = (statement, userPoolId, subject, email) =>
    database.query(`SET @userPoolId = '${userPoolId}', @subject = '${subject}', @email = ${email ? `'${email}'` : 'NULL'}; ${statement}`);
  database.query(table);

  assert.deepEqual(run(find, 'eu-west-1_A', 'alice'), []);
  run(save, 'eu-west-1_A', 'alice', null);
  assert.deepEqual(run(find, 'eu-west-1_A', 'alice'), [['1', 'NULL', '0']]);
  run(save, 'eu-west-1_A', 'alice', 'alice@example.com');
  run(save, 'eu-west-1_A', 'alice', null);
  assert.deepEqual(run(find, 'eu-west-1_A', 'alice'), [['1', 'alice@example.com', '0']]);

  run(save, 'eu-west-1_a', 'alice', null);
  run(save, 'eu-west-1_A', 'Alice', null);
  assert.deepEqual(database.query('SELECT COUNT(*) FROM users'), [['3']]);
});
