//! Accounts that look alike, and referrals that go round.

use super::{
    checks,
    find::{Find, Rule},
};
use crate::integrity::walk::Walk;

checks! {
    /// A user whose id is a system account's, and who has its points.
    USERS_WITH_SYSTEM_ID = Rule::rows("users_with_system_id", "auth_user",
        "with the id of a system account", "auth_user t", "t.id IN {system}");

    /// A user with the address of an earlier one, upper and lower case aside.
    USERS_OF_SAME_EMAIL = Rule::new("users_of_same_email", "auth_user", Find::Repeat(&["email"]))
        .suspicion();

    /// A user with the telephone of an earlier one.
    USERS_OF_SAME_PHONE = Rule::new("users_of_same_phone", "auth_user",
        Find::Repeat(&["country_code", "phone_number"])).suspicion();

    /// A user who signed up on the device of an earlier one.
    USERS_OF_SAME_DEVICE = Rule::new("users_of_same_device", "auth_user",
        Find::Repeat(&["register_device_id"])).suspicion();

    /// A user who came by the invitation of nobody else.
    REFERRAL_OF_ONESELF = Rule::rows("referral_of_oneself", "referral_history", "of oneself",
        "referral_history t", "t.sender_user_id = t.receiver_user_id");

    /// Referrals in a circle: somebody invited whom they came by. Holds all referrals in memory, about
    /// fifty bytes each.
    REFERRAL_CIRCLES = Rule::new("referral_circles", "referral_history",
        Find::Walk("in a circle", Walk::ReferralCircles));
}
