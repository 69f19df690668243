//! Which column of a file means what: guessed from its header in English and German, as spreadsheets,
//! tills, WooCommerce and Shopify write them, and overruled by whoever knows better.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::outcome::ImportKind;

macro_rules! meanings {
    ($($(#[$doc:meta])* $name:ident = $word:literal: [$($synonym:literal),* $(,)?]),+ $(,)?) => {
        /// What a column can mean.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum Column {
            $($(#[$doc])* #[serde(rename = $word)] $name),+
        }

        impl Column {
            /// All of them.
            pub const ALL: [Self; [$($word),+].len()] = [$(Self::$name),+];

            /// Its name for `--column NAME=HEADER` and the API.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$name => $word),+ }
            }

            /// Headers it is known by, the surest first, folded as [`fold`] does.
            const fn synonyms(self) -> &'static [&'static str] {
                match self { $(Self::$name => &[$($synonym),*]),+ }
            }
        }
    };
}

meanings! {
    /// The shop's order number.
    OrderId = "order_id": [
        "orderid", "ordernumber", "orderno", "ordernr", "order", "invoiceno", "invoicenumber", "invoiceid", "invoice",
        "bestellnummer", "bestellnr", "bestellung", "bestellid", "auftragsnummer", "auftragsnr", "auftrag", "rechnungsnummer",
        "rechnungsnr", "rechnung", "belegnummer", "belegnr", "beleg", "receiptnumber", "receiptno", "receipt", "transactionid",
    ],
    /// When the buyer ordered.
    OccurredAt = "occurred_at": [
        "orderdate", "orderedat", "dateordered", "createdat", "datecreated", "date", "invoicedate", "occurredat",
        "purchasedate", "saledate", "bestelldatum", "bestelltam", "datum", "rechnungsdatum", "auftragsdatum", "kaufdatum",
        "verkaufsdatum", "belegdatum", "erstelltam", "timestamp", "zeitpunkt",
    ],
    /// The time of day, where it stands apart.
    Time = "time": ["ordertime", "time", "uhrzeit", "zeit"],
    /// The shop's customer number.
    CustomerId = "customer_id": [
        "customerid", "customernumber", "customerno", "customernr", "kundennummer", "kundennr", "kundenid", "kdnr", "clientid",
        "externalid", "userid",
    ],
    /// E-mail address.
    Email = "email": [
        "email", "emailaddress", "customeremail", "billingemail", "emailadresse", "kundenemail", "rechnungsemail", "mail",
        "customerbillingemail", "emailbilling",
    ],
    /// Telephone number.
    Phone = "phone": [
        "phone", "phonenumber", "billingphone", "customerphone", "telephone", "telefon", "telefonnummer", "tel", "mobile",
        "mobilnummer", "handy", "phonebilling", "defaultaddressphone",
    ],
    /// The whole name.
    Name = "name": [
        "customername", "billingname", "fullname", "billingfullname", "customer", "buyername", "buyer", "kundenname", "kunde",
        "kaeufer", "client", "name",
    ],
    /// First name.
    FirstName = "first_name": ["firstname", "billingfirstname", "firstnamebilling", "vorname"],
    /// Last name.
    LastName = "last_name": ["lastname", "billinglastname", "lastnamebilling", "surname", "nachname", "familienname"],
    /// Article number.
    Sku = "sku": [
        "sku", "lineitemsku", "itemsku", "productsku", "stockcode", "articlenumber", "articleno", "artikelnummer", "artikelnr",
        "artnr", "productid", "itemid",
    ],
    /// What was bought, in words; stands in for a missing article number.
    Product = "product": [
        "product", "lineitemname", "itemname", "productname", "products", "item", "article", "description", "artikel",
        "artikelbezeichnung", "artikelname", "produkt", "produktname", "bezeichnung", "beschreibung", "ware",
    ],
    /// Category of the article.
    Category = "category": ["category", "productcategory", "kategorie", "warengruppe"],
    /// How many.
    Quantity = "quantity": ["quantity", "lineitemquantity", "itemquantity", "qty", "menge", "anzahl", "stueckzahl", "stueck", "units"],
    /// Price of one.
    UnitPrice = "unit_price": [
        "unitprice", "lineitemprice", "itemprice", "itemcost", "price", "priceperunit", "einzelpreis", "stueckpreis", "preis",
    ],
    /// What the whole line costs.
    LineTotal = "line_total": ["linetotal", "itemtotal", "lineamount", "positionsbetrag", "positionssumme", "zeilensumme", "gesamtpreis"],
    /// Taken off the line.
    LineDiscount = "line_discount": ["linediscount", "lineitemdiscount", "itemdiscount", "positionsrabatt"],
    /// Taken off the order.
    Discount = "discount": [
        "discountamount", "discounttotal", "cartdiscount", "orderdiscount", "discount", "rabattbetrag", "rabatt", "gutscheinbetrag",
        "nachlass",
    ],
    /// Goods before the order discount.
    Subtotal = "subtotal": ["subtotal", "ordersubtotal", "zwischensumme", "warenwert"],
    /// Tax on the goods.
    Tax = "tax": [
        "taxtotal", "totaltax", "ordertax", "taxamount", "taxes", "tax", "vat", "mwstbetrag", "mwst", "mehrwertsteuer", "ust",
        "umsatzsteuer", "steuern", "steuer",
    ],
    /// Shipping.
    Shipping = "shipping": ["shippingtotal", "ordershipping", "shippingcost", "shippingamount", "shipping", "versandkosten", "versand", "porto"],
    /// What the buyer paid.
    Total = "total": [
        "total", "ordertotal", "grandtotal", "totalamount", "orderamount", "amount", "gesamtsumme", "gesamtbetrag", "endsumme",
        "rechnungsbetrag", "bruttobetrag", "summe", "gesamt", "betrag", "umsatz", "totalsales", "netsales",
    ],
    /// What went back of the order so far.
    Refunded = "refunded": [
        "refundedamount", "refundamount", "amountrefunded", "totalrefunded", "refundedtotal", "orderrefund", "erstattungsbetrag",
        "erstattungssumme", "erstattet",
    ],
    /// The order that a credit note is for.
    RefundOf = "refund_of": [
        "refundof", "originalorder", "originalorderid", "originalinvoice", "creditfor", "gutschriftzu", "stornozu", "bezugsbeleg",
        "originalrechnung", "originalbeleg",
    ],
    /// Currency.
    Currency = "currency": ["currency", "ordercurrency", "currencycode", "waehrung"],
    /// Codes the buyer typed.
    Code = "code": [
        "discountcode", "couponcode", "couponcodes", "coupons", "coupon", "vouchercode", "referralcode", "code", "gutscheincode",
        "gutschein", "rabattcode", "aktionscode", "empfehlungscode",
    ],
    /// How far the order is.
    Status = "status": ["financialstatus", "orderstatus", "paymentstatus", "status", "bestellstatus", "auftragsstatus", "zahlungsstatus"],
    /// When it was paid.
    PaidAt = "paid_at": ["paidat", "datepaid", "paiddate", "bezahltam", "zahlungsdatum"],
    /// When it was cancelled; anything in it cancels.
    CancelledAt = "cancelled_at": ["cancelledat", "canceledat", "storniertam", "stornodatum"],
    /// Who sent the buyer.
    ReferredBy = "referred_by": ["referredby", "recommendedby", "empfohlenvon", "geworbenvon", "werber", "vermitteltvon"],
    /// First order before the service knew the customer.
    FirstOrderAt = "first_order_at": [
        "firstorderat", "firstorder", "firstorderdate", "customersince", "ersterkauf", "erstebestellung", "kundeseit",
    ],
    /// Orders before the service knew the customer.
    OrdersBefore = "orders_before": [
        "ordersbefore", "totalorders", "orderscount", "ordercount", "numberoforders", "orders", "anzahlbestellungen",
        "bestellungen",
    ],
}

/// Columns that only a file of customers has, and those it can have.
const OF_CUSTOMERS: [Column; 8] = [
    Column::CustomerId,
    Column::Email,
    Column::Phone,
    Column::Name,
    Column::FirstName,
    Column::LastName,
    Column::FirstOrderAt,
    Column::OrdersBefore,
];

impl Column {
    /// Whether a file of this kind can have it.
    #[must_use]
    pub fn fits(self, kind: ImportKind) -> bool {
        kind == ImportKind::Orders || OF_CUSTOMERS.contains(&self)
    }
}

/// Which place of a row each meaning stands at.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Mapping {
    places: BTreeMap<Column, usize>,
    headers: Vec<String>,
    /// Where the number stands that the shop's webhooks name an order by.
    numbered: Option<usize>,
}

/// A header as it is compared: lower case, umlauts written out, letters and digits only.
#[must_use]
pub fn fold(header: &str) -> String {
    let mut folded = String::new();
    for sign in header.chars().flat_map(char::to_lowercase) {
        match sign {
            'ä' => folded.push_str("ae"),
            'ö' => folded.push_str("oe"),
            'ü' => folded.push_str("ue"),
            'ß' => folded.push_str("ss"),
            sign if sign.is_alphanumeric() => folded.push(sign),
            _ => {}
        }
    }
    folded
}

impl Mapping {
    /// Guesses the meaning of `headers`; `chosen` (meaning to header) overrules, an empty header
    /// says that there is no such column.
    ///
    /// # Errors
    /// What is missing or wrong, with the headers that are there.
    pub fn of(headers: &[String], kind: ImportKind, chosen: &BTreeMap<Column, String>) -> Result<Self, String> {
        let mapping = Self::guess(headers, kind, chosen)?;
        mapping.check(kind).map(|()| mapping)
    }

    /// As [`Self::of`], whatever is missing.
    ///
    /// # Errors
    /// A chosen header that is not there.
    pub fn guess(headers: &[String], kind: ImportKind, chosen: &BTreeMap<Column, String>) -> Result<Self, String> {
        let folded: Vec<String> = headers.iter().map(|header| fold(header)).collect();
        let mut mapping = Self { places: BTreeMap::new(), headers: headers.to_vec(), numbered: None };
        for (column, header) in chosen.iter().filter(|(_, header)| !header.is_empty()) {
            let exact = headers.iter().position(|known| known == header);
            let place = exact.or_else(|| folded.iter().position(|known| *known == fold(header)));
            let place = place.ok_or_else(|| format!("there is no column {header:?}; {}", mapping.there()))?;
            mapping.places.insert(*column, place);
        }
        // Shopify calls the order's number "Name", on every line of the order.
        let shopify = folded.iter().any(|known| known == "lineitemname") && folded.iter().any(|known| known == "financialstatus");
        if kind == ImportKind::Orders && shopify && !chosen.contains_key(&Column::OrderId) {
            mapping.places.extend(folded.iter().position(|known| known == "name").map(|place| (Column::OrderId, place)));
            mapping.numbered = folded.iter().position(|known| known == "id");
        }
        for column in Column::ALL {
            if !column.fits(kind) || chosen.contains_key(&column) || mapping.places.contains_key(&column) {
                continue;
            }
            let free = |place: &usize| !mapping.places.values().any(|taken| taken == place);
            let found =
                column.synonyms().iter().find_map(|synonym| folded.iter().position(|known| known == synonym).filter(free));
            if let Some(place) = found {
                mapping.places.insert(column, place);
            }
        }
        Ok(mapping)
    }

    /// Where the order's name stands, and where the number that the shop's webhooks know it by: Shopify writes
    /// the one on every line of an order and the other on its first.
    #[must_use]
    pub fn name_and_number(&self) -> Option<(usize, usize)> {
        Some((self.places.get(&Column::OrderId).copied()?, self.numbered?))
    }

    fn check(&self, kind: ImportKind) -> Result<(), String> {
        let any = |columns: &[Column]| columns.iter().any(|column| self.places.contains_key(column));
        let missing = match kind {
            ImportKind::Customers if !any(&[Column::CustomerId, Column::Email, Column::Phone]) => {
                "no column was recognised that names a customer (customer_id, email or phone)"
            }
            ImportKind::Orders if !any(&[Column::OccurredAt]) => {
                "no column was recognised as the date of the order (occurred_at)"
            }
            ImportKind::Orders if !any(&[Column::UnitPrice, Column::LineTotal, Column::Total, Column::Subtotal]) => {
                "no column was recognised as an amount (unit_price, line_total, subtotal or total)"
            }
            _ => return Ok(()),
        };
        Err(format!(
            "{missing}; {}. Name it with --column NAME=HEADER, and look whether delimiter and header row are right",
            self.there()
        ))
    }

    fn there(&self) -> String {
        let mut shown: Vec<String> = self.headers.iter().take(40).map(|header| format!("{:?}", clip(header))).collect();
        if self.headers.len() > shown.len() {
            shown.push(format!("and {} more", self.headers.len() - shown.len()));
        }
        format!("the header row has {}", shown.join(", "))
    }

    /// The cell of `column` in a row, without a look at its content; none where it is blank.
    #[must_use]
    pub fn cell<'a>(&self, cells: &'a [String], column: Column) -> Option<&'a str> {
        let cell = cells.get(*self.places.get(&column)?)?;
        (!cell.trim().is_empty()).then_some(cell.as_str())
    }

    /// What the column at `place` means.
    #[must_use]
    pub fn meaning(&self, place: usize) -> Option<Column> {
        self.places.iter().find(|(_, taken)| **taken == place).map(|(column, _)| *column)
    }

    /// The header of `column`.
    #[must_use]
    pub fn header(&self, column: Column) -> Option<&str> {
        self.headers.get(*self.places.get(&column)?).map(String::as_str)
    }

    /// How many cells a row has.
    #[must_use]
    pub const fn width(&self) -> usize {
        self.headers.len()
    }

    /// Whether some column has this meaning.
    #[must_use]
    pub fn has(&self, column: Column) -> bool {
        self.places.contains_key(&column)
    }

    /// Each meaning with its header, for people to look at.
    pub fn shown(&self) -> impl Iterator<Item = (Column, &str)> {
        self.places.iter().filter_map(|(column, place)| Some((*column, self.headers.get(*place)?.as_str())))
    }

    /// Headers that mean nothing here.
    #[must_use]
    pub fn ignored(&self) -> Vec<&str> {
        let used = |place: usize| self.places.values().any(|taken| *taken == place);
        self.headers.iter().enumerate().filter(|(place, _)| !used(*place)).map(|(_, header)| header.as_str()).collect()
    }
}

/// A header short enough for a sentence.
fn clip(text: &str) -> String {
    if text.chars().count() <= 60 { text.to_owned() } else { text.chars().take(60).chain(['…']).collect() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn guess(headers: &[&str], kind: ImportKind) -> Result<BTreeMap<Column, String>, String> {
        let headers: Vec<String> = headers.iter().map(|header| (*header).to_owned()).collect();
        let mapping = Mapping::of(&headers, kind, &BTreeMap::new())?;
        Ok(mapping.shown().map(|(column, header)| (column, header.to_owned())).collect())
    }

    #[test]
    fn headers_of_spreadsheets_and_shops_are_recognised() {
        let german =
            guess(&["Bestell-Nr.", "Datum", "Kunde", "E-Mail", "Artikel", "Menge", "Einzelpreis", "Währung"], ImportKind::Orders);
        let german = german.expect("a mapping");
        assert_eq!(german[&Column::OrderId], "Bestell-Nr.");
        assert_eq!(german[&Column::Currency], "Währung");
        assert_eq!((german[&Column::Name].as_str(), german[&Column::Product].as_str()), ("Kunde", "Artikel"));
        let shopify = guess(
            &[
                "Name",
                "Email",
                "Financial Status",
                "Paid at",
                "Currency",
                "Subtotal",
                "Shipping",
                "Taxes",
                "Total",
                "Discount Code",
                "Discount Amount",
                "Created at",
                "Lineitem quantity",
                "Lineitem name",
                "Lineitem price",
                "Lineitem sku",
                "Billing Name",
                "Cancelled at",
                "Refunded Amount",
                "Phone",
            ],
            ImportKind::Orders,
        )
        .expect("a mapping");
        assert_eq!((shopify[&Column::OrderId].as_str(), shopify[&Column::Name].as_str()), ("Name", "Billing Name"));
        assert_eq!((shopify[&Column::Refunded].as_str(), shopify[&Column::Code].as_str()), ("Refunded Amount", "Discount Code"));
        let woo = guess(
            &[
                "order_number",
                "order_date",
                "status",
                "billing_email",
                "order_total",
                "order_currency",
                "shipping_total",
                "tax_total",
                "item_sku",
                "item_quantity",
                "item_total",
                "coupon_codes",
            ],
            ImportKind::Orders,
        )
        .expect("a mapping");
        assert_eq!((woo[&Column::LineTotal].as_str(), woo[&Column::Total].as_str()), ("item_total", "order_total"));
    }

    #[test]
    fn what_is_missing_is_said_with_what_is_there() {
        let fault = guess(&["a;b;c"], ImportKind::Orders).expect_err("a fault");
        assert!(fault.contains("occurred_at") && fault.contains("a;b;c"), "{fault}");
        assert!(guess(&["Name"], ImportKind::Customers).is_err());
        let chosen = [(Column::Email, "Kontakt".to_owned()), (Column::Name, String::new())].into();
        let headers = ["Kontakt".to_owned(), "Name".to_owned()];
        let mapping = Mapping::of(&headers, ImportKind::Customers, &chosen).expect("a mapping");
        assert!(mapping.has(Column::Email) && !mapping.has(Column::Name));
        assert_eq!(mapping.ignored(), ["Name"]);
    }
}
