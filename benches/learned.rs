//! What the second reader costs a message: hashing it and summing the weights of all families.

use divan::{Bencher, counter::ItemsCount};
use kefulint::{
    dialogue::{Cues, Ledger},
    learned::{Model, Pages, Reading},
    lexicon::{
        example,
        schema::{ExampleDoc, Speaker},
    },
    text::fold::Folded,
};

const SAID: [&str; 6] = [
    "客: 昨天下的单怎么还没有发货呢,急着用",
    "服: 亲亲您好,这边帮您看了一下,订单已经打包好了,今天下午就给您发出去哦",
    "客: 那什么时候能到,我周六要出门",
    "服: 正常的话周五就能送到您那边的,到了快递会给您打电话",
    "客: 好的,运费险有吗",
    "服: 有的呢,七天内不合适都可以申请退,运费不用您出",
];

fn main() {
    divan::main();
}

/// A conversation of the usual length, each message by an agent read with all heads; the first message pays for its context as well.
#[divan::bench]
fn read(bencher: Bencher<'_, '_>) {
    let lines = ExampleDoc::Chat(SAID.iter().map(|&line| line.to_owned()).collect());
    let chat = example::conversation(&lines, Speaker::Agent).expect("the lines are right");
    let folded: Vec<Folded> = chat.messages.iter().map(|message| Folded::new(&message.text)).collect();
    let ledger = Ledger::new(&chat, &Cues::embedded());
    let model = Model::embedded();
    bencher.counter(ItemsCount::new(SAID.len())).bench(|| {
        let pages = Pages { model: &model, conversation: &chat, ledger: &ledger, folded: &|at| &folded[at] };
        let reading = Reading::new(folded.len());
        (0..folded.len()).map(|at| reading.of_head(pages, 0, at)).sum::<f64>()
    });
}
