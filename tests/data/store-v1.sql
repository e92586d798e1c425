-- A store of schema version 1, as kefulint 0.1.0 left it after one night.
PRAGMA application_id = 1801874548;
PRAGMA user_version = 1;
PRAGMA foreign_keys=OFF;
BEGIN TRANSACTION;
CREATE TABLE secret (key BLOB NOT NULL);
INSERT INTO secret VALUES(X'7754ef78d561b08d2b5abb20997d61df8c3eedc3bcde6620a5e369278e86dfa6');
CREATE TABLE pack (
        id INTEGER PRIMARY KEY, digest TEXT NOT NULL UNIQUE, version TEXT NOT NULL, night TEXT NOT NULL);
INSERT INTO pack VALUES(1,'0123456789abcdef0123456789abcdef','0.1.0','2026-03-01');
CREATE TABLE night (
        day TEXT PRIMARY KEY, at TEXT NOT NULL, pack INTEGER NOT NULL REFERENCES pack, files INTEGER NOT NULL DEFAULT 0,
        messages INTEGER NOT NULL DEFAULT 0, conversations INTEGER NOT NULL DEFAULT 0, read TEXT NOT NULL) WITHOUT ROWID;
INSERT INTO night VALUES('2026-03-01','2026-03-01T18:30:00Z',1,1,2,1,'{"files":1,"files_failed":0,"files_ignored":0,"records":2,"records_failed":0,"records_skipped":0}');
CREATE TABLE file (digest BLOB PRIMARY KEY, name TEXT NOT NULL, night TEXT NOT NULL) WITHOUT ROWID;
INSERT INTO file VALUES(X'0a3ff835247d41498b14a5bf62761cd955d5ef0f623f524059657a4d0674f5ad','in/a.csv','2026-03-01');
CREATE TABLE place (
        path TEXT PRIMARY KEY, stamp TEXT NOT NULL, digest BLOB NOT NULL, length INTEGER NOT NULL, tail TEXT NOT NULL) WITHOUT ROWID;
INSERT INTO place VALUES('in/a.csv','65024:10354711:174:1795334020.291807280:1795334020.291807280',X'0a3ff835247d41498b14a5bf62761cd955d5ef0f623f524059657a4d0674f5ad',174,'[{"conversation":[213,23,205,48,128,205,212,103,170,31,235,115,137,87,237,79],"message":[226,45,35,63,178,32,215,84,43,169,101,253,157,142,56,19],"before":null}]');
CREATE TABLE problem (
        tag BLOB PRIMARY KEY, night TEXT NOT NULL, file TEXT NOT NULL, line INTEGER, reason TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE conversation (
        id INTEGER PRIMARY KEY, tag BLOB NOT NULL UNIQUE, name TEXT, origin TEXT, channel TEXT, unseen INTEGER NOT NULL DEFAULT 0,
        night TEXT NOT NULL, last_day TEXT, pack INTEGER REFERENCES pack, due INTEGER NOT NULL DEFAULT 0,
        texts INTEGER NOT NULL DEFAULT 0, sealed TEXT, judged TEXT);
INSERT INTO conversation VALUES(1,X'd517cd3080cdd467aa1feb738957ed4f','7',NULL,NULL,0,'2026-03-01','2026-03-01',1,0,2,NULL,'{"conversation_id":"7","agents":[["小王",1]],"messages":2,"trade":null,"findings":[],"not_evaluable":[],"dialogue":{"items":1,"answered":0,"deferred":0,"evaded":1,"first_reply":8,"longest_wait":8},"evasion_score":0.08627418428659439}');
CREATE TABLE seen (
        conversation INTEGER NOT NULL REFERENCES conversation, tag BLOB NOT NULL, text BLOB, ends INTEGER NOT NULL,
        PRIMARY KEY (conversation, tag)) WITHOUT ROWID;
INSERT INTO seen VALUES(1,X'e22d233fb220d7542ba965fd9d8e3813',NULL,0);
INSERT INTO seen VALUES(1,X'fa308189a229b815b1df92b7a7e90104',NULL,0);
CREATE TABLE customer (
        tag BLOB NOT NULL, conversation INTEGER NOT NULL REFERENCES conversation, PRIMARY KEY (tag, conversation)) WITHOUT ROWID;
INSERT INTO customer VALUES(X'bc46cac36f548a3f1f2b17e61dcf8725',1);
CREATE TABLE message (
        conversation INTEGER NOT NULL REFERENCES conversation, position INTEGER NOT NULL, tag BLOB NOT NULL, id TEXT,
        role TEXT NOT NULL, agent TEXT, at TEXT, shift INTEGER, day TEXT NOT NULL, text TEXT NOT NULL, recalled INTEGER NOT NULL,
        file TEXT NOT NULL, line INTEGER NOT NULL, PRIMARY KEY (conversation, position)) WITHOUT ROWID;
INSERT INTO message VALUES(1,0,X'fa308189a229b815b1df92b7a7e90104',NULL,'customer',NULL,'2026-03-01T02:00:01Z',28800,'2026-03-01','在吗',0,'in/a.csv',2);
INSERT INTO message VALUES(1,1,X'e22d233fb220d7542ba965fd9d8e3813',NULL,'agent','小王','2026-03-01T02:00:09Z',28800,'2026-03-01','你是不是傻，自己不会看吗',0,'in/a.csv',3);
CREATE TABLE presence (
        conversation INTEGER NOT NULL REFERENCES conversation, day TEXT NOT NULL, messages INTEGER NOT NULL, agents TEXT NOT NULL,
        PRIMARY KEY (conversation, day)) WITHOUT ROWID;
INSERT INTO presence VALUES(1,'2026-03-01',2,'[["小王",1]]');
CREATE TABLE finding (
        conversation INTEGER NOT NULL REFERENCES conversation, number INTEGER NOT NULL, day TEXT NOT NULL, finding TEXT NOT NULL,
        PRIMARY KEY (conversation, number)) WITHOUT ROWID;
INSERT INTO finding VALUES(1,0,'2026-03-01','{"rule":"ABU302","family":"abuse","kind":"impatience","severity":"medium","title":"疑似打发顾客自己去看、去查","conversation_id":"7","message_index":1,"role":"agent","agent_id":"小王","time":"2026-03-01T10:00:09+08:00","quote":"自己不会看吗","span":{"start":6,"end":12},"statutes":[{"id":"cpl-2013-art-14","law":"中华人民共和国消费者权益保护法","article":"第十四条","gist":"消费者的人格尊严和民族风俗习惯应受尊重，个人信息依法受保护。","consequence":"none"},{"id":"cc-2020-art-990","law":"中华人民共和国民法典","article":"第九百九十条","gist":"人格权有生命、健康、姓名、肖像、名誉、隐私等；自然人由人身自由和人格尊严而来的其他利益同样受保护。","consequence":"none"},{"id":"cpl-2013-art-50","law":"中华人民共和国消费者权益保护法","article":"第五十条","gist":"侵害消费者人格尊严、人身自由或个人信息权利的，经营者应停止侵害、恢复名誉、消除影响、赔礼道歉并赔偿损失。","consequence":"civil"},{"id":"cpl-2013-art-56","law":"中华人民共和国消费者权益保护法","article":"第五十六条","gist":"虚假宣传、对退换修赔要求故意拖延或无理拒绝、侵害人格尊严或个人信息等，法律法规未另作规定的，可警告、没收违法所得并处一倍以上十倍以下罚款，无违法所得的处五十万元以下罚款。","consequence":"administrative"},{"id":"cpl-2013-art-51","law":"中华人民共和国消费者权益保护法","article":"第五十一条","gist":"侮辱、诽谤、搜身、限制自由等使消费者精神受到严重损害的，可以另要精神损害赔偿。（前提：须造成严重精神损害，仅态度差不够）","consequence":"civil"}],"assumed_date":false,"advice":"请直接给出答案或具体路径。","why":"疑似打发顾客自己去看、去查：“自己不会看吗”","fingerprint":"1088276696baaab1ae0e353d","source":{"file":"in/a.csv","line":3},"context":[{"message_index":0,"role":"customer","text":"在吗"},{"message_index":1,"role":"agent","text":"你是不是傻，自己不会看吗"}]}');
CREATE TABLE stale (day TEXT PRIMARY KEY) WITHOUT ROWID;
INSERT INTO stale VALUES('2026-03-01');
CREATE INDEX problem_night ON problem (night);
CREATE INDEX conversation_name ON conversation (name) WHERE name IS NOT NULL;
CREATE INDEX conversation_texts ON conversation (night) WHERE texts > 0;
CREATE INDEX conversation_named ON conversation (night) WHERE name IS NOT NULL;
CREATE INDEX conversation_due ON conversation (id) WHERE due = 1;
CREATE INDEX conversation_day ON conversation (last_day);
CREATE INDEX customer_conversation ON customer (conversation);
CREATE INDEX presence_day ON presence (day);
CREATE INDEX finding_day ON finding (day);
COMMIT;
