//! The customers as the shop knows them: the data's own numbers, with an address and a code made of each.

use super::purchases::Purchase;
use crate::domain::customer::{CustomerFacts, CustomerKey};
use crate::domain::field::FieldError;

/// The one storefront.
pub(super) const SOURCE: &str = "cdnow";

/// The number of each customer in the full data set.
pub(super) struct People<'a>(Vec<&'a str>);

impl<'a> People<'a> {
    pub(super) fn of(purchases: &'a [Purchase]) -> Self {
        let mut people: Vec<&str> = Vec::new();
        for purchase in purchases {
            if purchase.customer == people.len() {
                people.push(&purchase.master_id);
            }
        }
        Self(people)
    }

    pub(super) fn master_id(&self, customer: usize) -> &'a str {
        self.0.get(customer).copied().unwrap_or_default()
    }

    /// The code he is given: as many digits for everybody, so that no two look alike.
    pub(super) fn code(&self, customer: usize) -> String {
        format!("FAN-{}", self.master_id(customer))
    }

    /// The key of his number.
    pub(super) fn number(&self, customer: usize) -> Result<CustomerKey, FieldError> {
        CustomerKey::external_id("/external_id", SOURCE, self.master_id(customer))
    }

    /// The key of his address.
    pub(super) fn address(&self, customer: usize) -> Result<CustomerKey, FieldError> {
        CustomerKey::email("/email", &self.written(customer))
    }

    /// What the shop says of him with each order.
    pub(super) fn facts(&self, customer: usize) -> Result<CustomerFacts, FieldError> {
        let id = self.master_id(customer);
        let keys = vec![(self.number(customer)?, id.to_owned()), (self.address(customer)?, self.written(customer))];
        Ok(CustomerFacts { keys, name: Some(format!("Customer {id}")), ..CustomerFacts::default() })
    }

    /// An address that nobody can have (RFC 2606).
    fn written(&self, customer: usize) -> String {
        format!("{}@customers.cdnow.example", self.master_id(customer))
    }
}
