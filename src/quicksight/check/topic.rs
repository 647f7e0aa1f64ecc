//! What questions in plain language are answered from.

use super::{
    data_set::{DataSet, Meant},
    fault::Faults,
    rule::TemplateRule::UnknownDataSet,
    template::Template,
};

pub(super) fn look(template: &Template<'_>, sets: &[DataSet<'_>], faults: &mut Faults) {
    for resource in template.of("AWS::QuickSight::TopicV2") {
        resource.properties.each(&mut |place| {
            let Some(arn) = place.get("DataSetArn") else { return };
            match Meant::by(arn.value(), sets) {
                Meant::SomethingElse => {
                    faults.add(UnknownDataSet, &arn, "this is no data set of the template");
                }
                Meant::Set(set) => set.columns.expect_all(&place.list("ColumnNames"), faults),
                Meant::Elsewhere => {}
            }
        });
    }
}
