import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { ApiClient } from './api-client.ts'
import { ApiError } from './api-error.ts'
import { listNamespaces } from './list-namespaces.ts'

const limits = { pageSize: 2, timeoutMs: 1_000 }

/** A client that answers with these pages, and with the last one from then on. */
function clientOf(...pages: readonly unknown[]) {
  const paths: string[] = []
  const client: ApiClient = {
    getJson(path) {
      paths.push(path)
      if (paths.length > 50) throw new Error('the list goes on for ever')
      return Promise.resolve(pages[Math.min(paths.length, pages.length) - 1])
    },
    open: () => Promise.reject(new Error('a list opens no watch')),
    close: () => undefined,
  }
  return { client, paths }
}

function pageOf(items: unknown, metadata: unknown = { resourceVersion: '7' }, kind = 'NamespaceList') {
  return { kind, apiVersion: 'v1', metadata, items }
}

const item = { metadata: { name: 'tenant-a', uid: 'u', resourceVersion: '5' } }

describe('list of namespaces', () => {
  it('puts its pages together', async () => {
    const { client, paths } = clientOf(
      pageOf([item], { resourceVersion: '7', continue: 'a b&c' }, 'PartialObjectMetadataList'),
      pageOf([{ metadata: { name: 'tenant-b' } }], { resourceVersion: '7', continue: '' }, 'PartialObjectMetadataList'),
    )

    const list = await listNamespaces(client, limits)

    assert.deepEqual(
      list.facts.map(({ namespace }) => namespace.name),
      ['tenant-a', 'tenant-b'],
    )
    assert.equal(list.resourceVersion, '7')
    assert.deepEqual(paths, ['/api/v1/namespaces?limit=2', '/api/v1/namespaces?limit=2&continue=a+b%26c'])
  })

  for (const [name, items] of [
    ['empty', []],
    ['null, as Go writes an empty list', null],
    ['absent', undefined],
  ] as const) {
    it(`is empty where items are ${name}`, async () => {
      assert.deepEqual(await listNamespaces(clientOf(pageOf(items)).client, limits), {
        facts: [],
        resourceVersion: '7',
      })
    })
  }

  const more = { resourceVersion: '7', continue: 'x' }
  const bad: readonly (readonly [name: string, ...pages: unknown[]])[] = [
    ['null', null],
    ['a list of another kind', pageOf([item], { resourceVersion: '7' }, 'PodList')],
    ['a list whose items are no list', pageOf({})],
    ['a list with an item that is null', pageOf([null])],
    ['a list with an item without name', pageOf([{ metadata: {} }])],
    ['a list with a label that is no text', pageOf([{ metadata: { name: 'a', labels: { host: 1 } } }])],
    ['a list without version', pageOf([item], {})],
    ['a list with an empty version', pageOf([item], { resourceVersion: '' })],
    ['a list that goes on with no text', pageOf([item], { resourceVersion: '7', continue: 1 })],
    ['a page that is followed by itself', pageOf([item], more)],
    [
      'a page that brings nothing and promises more',
      pageOf([item], more),
      pageOf([], { resourceVersion: '7', continue: 'y' }),
      pageOf([item]),
    ],
    ['a good page and a bad one', pageOf([item], more), 'x'],
  ]
  for (const [name, ...pages] of bad) {
    it(`is not made of ${name}`, async () => {
      const { client } = clientOf(...pages)

      await assert.rejects(
        listNamespaces(client, limits),
        (error) => error instanceof ApiError && error.fault === 'malformed',
      )
    })
  }
})
