//! What a cluster makes of partitions, whatever kind it is.

use quicksight_migrations::{
    Error, Migrator,
    partition::{self, Policy, Table},
    run_quicksight_migrations,
};

use super::Cluster;

impl Cluster {
    /// A plan for partitions is refused where all nodes take writes, unless the caller says that nobody else does.
    #[track_caller]
    pub fn assert_partitions_need_the_only_writer(&self) {
        let db = self.database();
        let mut conn = self.conn(0, &db);
        run_quicksight_migrations(&mut conn).unwrap();
        let today = time::OffsetDateTime::now_utc().date();
        let layout = partition::look(&mut conn, Table::Trip).unwrap();
        let plan = partition::plan(&layout, today, &Policy::monthly()).unwrap();

        let error = plan.apply(&mut conn).unwrap_err();

        let Error::SeveralWriters { done, nodes: Some(3), .. } = &error else {
            panic!("{error:?}")
        };
        assert_eq!(done, "partitioned");
        assert_eq!(partition::ahead(&mut conn).unwrap(), []);
        Migrator::new().only_writer().partition(&mut conn, &plan).unwrap();
        assert_eq!(partition::ahead(&mut conn).unwrap().len(), 1);
        self.assert_well_and_equal(&db);
    }
}
