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
  database.query(codeBlock('provisioning.md', 'sql', 'AUTO_INCREMENT'));

  assert.deepEqual(find('eu-west-1_A', 'alice'), []);
  save('eu-west-1_A', 'alice', null);
  assert.deepEqual(find('eu-west-1_A', 'alice'), [['1', 'NULL', '0']]);
  save('eu-west-1_A', 'alice', 'alice@example.com');
  save('eu-west-1_A', 'alice', null);
  assert.deepEqual(find('eu-west-1_A', 'alice'), [['1', 'alice@example.com', '0']]);

  save('eu-west-1_a', 'alice', null);
  save('eu-west-1_A', 'Alice', null);
  assert.deepEqual(database.query('SELECT COUNT(*) FROM users'), [['3']]);
});

test('A row from before Cognito becomes that of its user, and of nobody else', () => {
  database.query("CREATE TABLE users (id INT PRIMARY KEY AUTO_INCREMENT, name VARCHAR(100)); INSERT INTO users VALUES (41, 'b'), (42, 'a')");
  database.query(codeBlock('provisioning.md', 'sql', 'ALTER TABLE users\n'));
  const link = statement('Link', codeBlock('provisioning.md', 'csharp', 'class OldUsers'))
    .replace(/Users/g, 'users').replace(/UserPoolId =/g, 'user_pool_id =');

  run(link, 'eu-west-1_A', 'alice', { id: 42 });
  run(link, 'eu-west-1_A', 'mallory', { id: 42 });
  run(link, 'eu-west-1_A', 'alice', { id: 41 });
  save('eu-west-1_A', 'mallory', null);

  assert.deepEqual(find('eu-west-1_A', 'alice'), [['42', 'NULL', '0']]);
  assert.deepEqual(database.query('SELECT id, IFNULL(subject, "-") FROM users ORDER BY id'), [['41', '-'], ['42', 'alice'], ['43', 'mallory']]);
});

const statement = (name, code) => new RegExp(`${name} = @"([^"]*)"`).exec(code)[1];
const userStore = codeBlock('provisioning.md', 'csharp mysql', 'class UserStore');
const find = (userPoolId, subject) => run(statement('FindUser', userStore), userPoolId, subject);
const save = (userPoolId, subject, email) => run(statement('SaveUser', userStore), userPoolId, subject, { email });

function run(sql, userPoolId, subject, others = {}) {
  const values = Object.entries({ userPoolId, subject, ...others }).map(([name, value]) =>
    `@${name} = ${typeof value === 'string' ? `'${value}'` : value}`);
  return database.query(`SET ${values.join(', ')}; ${sql}`);
}
