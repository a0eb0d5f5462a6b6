//! Processes that add the same at once.

use crate::aftermath::must_hold;
use crate::other::{Other, Told};
use crate::support::books::each;

#[test]
fn of_four_processes_with_the_same_keys_each_key_has_one_sender() {
    each(|books| {
        let keys: Vec<_> = (0..30).map(|number| format!("shop-{number}")).collect();
        let mut others = [(); 4].map(|()| Other::adds(books, &keys, 4, ""));
        let told: Vec<Told> = others.iter_mut().flat_map(Other::rest).collect();
        assert_eq!(told.len(), 4 * keys.len());
        assert!(told.iter().all(|told| told.config_id.is_ok()), "{told:?}");
        assert_eq!(books.adds(), keys.len());
        must_hold(books, &keys, &told, "");
    });
}

#[test]
fn also_where_answers_are_lost() {
    each(|books| {
        books.shop.faults(r#"{"endpoint":"add_contact_way","share":0.3,"when":"after","do":{"reset":true}}"#);
        let keys: Vec<_> = (0..12).map(|number| format!("shop-{number}")).collect();
        let mut others = [(); 2].map(|()| Other::adds(books, &keys, 3, ""));
        let told: Vec<Told> = others.iter_mut().flat_map(Other::rest).collect();
        assert_eq!(books.adds(), keys.len());
        must_hold(books, &keys, &told, "");
    });
}
