//! The views for QuickSight, and the accounts that read them.

use super::Case;
use crate::{Error, KeptReason, KeptTable};

pub(super) fn cases() -> Vec<Case> {
    vec![
        (
            Error::ViewsBlocked {
                obstacles: vec![KeptTable::new(
                    "quicksight_v_trip",
                    KeptReason::NotOurs { kind: "VIEW".into() },
                )],
            },
            "the views for QuickSight were left as they are, because quicksight_v_trip is a view of \
             somebody else; remove what is in the way, then call again",
            None,
            false,
        ),
        (
            Error::ViewsNotReady {
                faults: vec![
                    "`quicksight_v_trip` is not there".into(),
                    "`quicksight_v_campaign`.`campaign_name` has the type blob".into(),
                ],
            },
            "no template was made, because `quicksight_v_trip` is not there, \
             `quicksight_v_campaign`.`campaign_name` has the type blob; make the views with \
             quicksight::apply_views, and call again as the account that made them",
            None,
            false,
        ),
        (
            Error::InvalidAccount { name: "a@b'".into(), reason: "no host".into() },
            "\"a@b'\" cannot be used in a GRANT: no host",
            None,
            false,
        ),
    ]
}
