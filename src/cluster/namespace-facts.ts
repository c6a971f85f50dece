/** What is known of the namespaces, fed by lists, watch events and live reads that may overtake each other. */
import type { NamespaceIndex } from '../tenancy/namespace-index.ts'
import type { NamespaceList } from './list-namespaces.ts'
import type { NamespaceFact } from './namespace-object.ts'
import type { WatchEvent } from './watch-event.ts'

export interface NamespaceFacts {
  /** Everything there is: what the list does not name is gone. */
  list(list: NamespaceList): void
  event(event: WatchEvent): void
  /** Says that a live read of this namespace begins; its answer comes back with {@link NamespaceFacts.answer}. */
  ask(name: string): Question
  /** Takes the answer of a live read, undefined for a missing namespace, unless the watch knows better by now. */
  answer(question: Question, fact: NamespaceFact | undefined): boolean
  /** The read ends without an answer. */
  drop(question: Question): void
}

/** A live read under way. At most one per namespace. */
export interface Question {
  readonly name: string
}

/** What was said of a namespace while it was being read live: by an event, or by a list, which is about all of them. */
type News = Pick<NamespaceFact, 'resourceVersion'> & { readonly uid: string | undefined }

/** Creates facts that keep `index` up to date. `changed` is told the name of each namespace that an event is about. */
export function createNamespaceFacts(index: NamespaceIndex, changed: (name: string) => void): NamespaceFacts {
  const questions = new Map<string, { news: News | undefined }>()

  return {
    list({ facts, resourceVersion }) {
      index.replaceAll(facts.map(({ namespace }) => namespace))
      // No namespace in the list is newer than the list itself.
      for (const question of questions.values()) question.news = { uid: undefined, resourceVersion }
    },
    event(event) {
      if (event.kind !== 'put' && event.kind !== 'gone') return
      const { namespace } = event.fact
      if (event.kind === 'put') index.put(namespace)
      else index.remove(namespace.name)
      const question = questions.get(namespace.name)
      if (question !== undefined) question.news = event.fact
      changed(namespace.name)
    },
    ask(name) {
      questions.set(name, { news: undefined })
      return { name }
    },
    answer({ name }, fact) {
      const news = questions.get(name)?.news
      questions.delete(name)
      if (!isNewer(fact, news)) return false
      if (fact === undefined) index.remove(name)
      else index.put(fact.namespace)
      return true
    },
    drop({ name }) {
      questions.delete(name)
    },
  }
}

/**
 * Whether a live answer is newer than what list or watch said meanwhile. Versions are compared for one object
 * only; of two that cannot be compared, the watch is right, as it goes on to tell what comes next.
 */
function isNewer(fact: NamespaceFact | undefined, news: News | undefined): boolean {
  if (news === undefined) return true
  if (fact === undefined || (news.uid !== undefined && news.uid !== fact.uid)) return false
  return isLaterVersion(fact.resourceVersion, news.resourceVersion)
}

/** Whether both are plain decimal numbers, as etcd's are, and the first is greater. */
export function isLaterVersion(version: string, than: string): boolean {
  if (!isDecimal(version) || !isDecimal(than)) return false
  return version.length === than.length ? version > than : version.length > than.length
}

function isDecimal(text: string): boolean {
  return /^[1-9][0-9]*$/.test(text)
}
