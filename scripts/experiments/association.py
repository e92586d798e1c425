#!/usr/bin/env python3
"""Does a question-reply association model, learned without labels, tell replies that answer? See docs/evasion.md.

usage: association.py CHATS.jsonl GOLD.jsonl ...   (pairs of files; needs `pip install jieba scikit-learn`)

Learns IBM model 1 (jieba words, hashed to 2^16, five rounds) and PMI from the question-reply pairs of four fifths of the first file's
conversations and scores the rest: against the same questions with replies shuffled, and against the labels `evasion.*` of each file.
Prints areas under the curve beside the overlap of words and the share of rare reply words.
"""
import collections, json, math, random, sys, zlib
import jieba
from sklearn.metrics import roc_auc_score

jieba.setLogLevel(60)
ROUNDS, BUCKETS, PARTS = 5, 1 << 16, 5


def words(text):
    return sorted({zlib.crc32(w.encode()) % BUCKETS for w in jieba.lcut(text) if w.strip() and w not in ",。!?，！？~、.:："})


def pairs(chats):
    """(conversation, index of reply, words of the customer's turn, words of the reply)"""
    conversations = collections.OrderedDict()
    for line in open(chats, encoding="utf-8"):
        m = json.loads(line)
        conversations.setdefault(m["conversation_id"], []).append(m)
    found = []
    for conversation, messages in conversations.items():
        asked, fresh = "", True
        for at, m in enumerate(messages):
            if m["role"] == "customer":
                asked, fresh = (m["text"] if fresh else asked + " " + m["text"]), False
            elif m["role"] == "agent" and asked:
                fresh = True
                found.append((conversation, at, words(asked), words(m["text"])))
    return found


def ibm1(train):
    """t(reply word | question word), from a uniform start; word 0 of a question is NULL."""
    t = None
    for _ in range(ROUNDS):
        counts, totals = collections.defaultdict(float), collections.defaultdict(float)
        for _, _, q, r in train:
            source = [-1] + q
            for w in r:
                z = sum((t[s, w] if t else 1.0) for s in source) or 1e-12
                for s in source:
                    c = (t[s, w] if t else 1.0) / z
                    counts[s, w] += c
                    totals[s] += c
        t = collections.defaultdict(float, {(s, w): c / totals[s] for (s, w), c in counts.items()})
    return t


def models(train):
    t = ibm1(train)
    replies, questions, both = collections.Counter(), collections.Counter(), collections.Counter()
    for _, _, q, r in train:
        replies.update(r)
        questions.update(q)
        both.update((s, w) for s in q for w in r)
    n = len(train)
    total = sum(replies.values())

    def association(q, r):
        # How much likelier the reply is with this question than without, a word.
        gain = 0.0
        for w in r:
            p = (replies[w] + 0.5) / (total + BUCKETS * 0.5)
            given = sum(t[s, w] for s in [-1] + q) / (len(q) + 1)
            gain += math.log((0.9 * given + 0.1 * p) / p)
        return gain / max(1, len(r))

    def pmi(q, r):
        values = [math.log((both[s, w] + 0.1) * n / ((questions[s] + 1) * (replies[w] + 1))) for s in q for w in r]
        return sum(values) / max(1, len(values))

    def overlap(q, r):
        return len(set(q) & set(r)) / max(1, len(q))

    def rarity(q, r):
        return sum(-math.log((replies[w] + 0.5) / n) for w in r) / max(1, len(r))

    return {"ibm model 1": association, "pmi": pmi, "overlap": overlap, "rare words": rarity}


def labels(path):
    read, clear, grey = set(), set(), set()
    for line in filter(str.strip, open(path, encoding="utf-8")):
        g = json.loads(line)
        if g.get("read"):
            read.add(g["conv"])
        elif g["label"].startswith("evasion."):
            (clear if g.get("certainty", "clear") == "clear" else grey).add((g["conv"], g["msg"]))
    return read, clear, grey - clear


def main():
    files = list(zip(sys.argv[1::2], sys.argv[2::2]))
    data = pairs(files[0][0])
    ids = sorted({p[0] for p in data})
    random.Random(1).shuffle(ids)
    part = {c: n % PARTS for n, c in enumerate(ids)}
    shuffled, golden = collections.defaultdict(list), collections.defaultdict(list)
    read, clear, grey = labels(files[0][1])
    for fold in range(PARTS):
        test = [p for p in data if part[p[0]] == fold]
        other = [p[3] for p in test]
        random.Random(fold).shuffle(other)
        for name, score in models([p for p in data if part[p[0]] != fold]).items():
            shuffled[name] += [(score(p[2], p[3]), 1) for p in test] + [(score(p[2], r), 0) for p, r in zip(test, other)]
            golden[name] += [(-score(p[2], p[3]), p[:2] in clear) for p in test if p[0] in read and p[:2] not in grey]
    auc = lambda rows: roc_auc_score([y for _, y in rows], [s for s, _ in rows])
    print(f"{len(data)} pairs learned from, {PARTS} folds by conversation")
    print("true against shuffled replies: " + "  ".join(f"{n} {auc(r):.3f}" for n, r in shuffled.items()))
    print(f"{files[0][0]}: " + "  ".join(f"{n} {auc(r):.3f}" for n, r in golden.items()))
    whole = models(data)
    for chats, gold in files[1:]:
        read, clear, grey = labels(gold)
        rows = [p for p in pairs(chats) if p[0] in read and p[:2] not in grey]
        print(f"{chats}: " + "  ".join(f"{n} {auc([(-s(p[2], p[3]), p[:2] in clear) for p in rows]):.3f}" for n, s in whole.items()))


if __name__ == "__main__":
    main()
