//! The tables, as diesel knows them; one set for both engines. Kept by hand beside `migrations/`.
#![expect(missing_docs, reason = "the tables are described where they are made, in migrations/")]

diesel::table! {
    use diesel::sql_types::*;
    use super::super::types::*;

    settings (name) {
        name -> Text,
        value -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::super::types::*;

    tokens (id) {
        id -> DbUuid,
        role -> Text,
        mode -> Text,
        source -> Nullable<Text>,
        referrer_id -> Nullable<DbUuid>,
        origin -> Nullable<Text>,
        created_at -> DbInstant,
        expires_at -> DbInstant,
        last_used_at -> Nullable<DbInstant>,
        revoked_at -> Nullable<DbInstant>,
        login_id -> Nullable<DbUuid>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::super::types::*;

    idempotency_keys (principal, key) {
        principal -> Text,
        key -> Text,
        request -> Text,
        status -> BigInt,
        body -> Text,
        created_at -> DbInstant,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::super::types::*;

    programs (id) {
        id -> DbUuid,
        created_at -> DbInstant,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::super::types::*;

    terms (program_id, version) {
        program_id -> DbUuid,
        version -> BigInt,
        valid_from -> DbInstant,
        actor -> Text,
        body -> DbJson,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::super::types::*;

    customers (id) {
        id -> DbUuid,
        name -> Nullable<Text>,
        name_folded -> Nullable<Text>,
        first_order_at -> Nullable<DbInstant>,
        orders_before -> BigInt,
        history_since -> Nullable<DbInstant>,
        tier -> Nullable<Text>,
        introduced -> Bool,
        locale -> Nullable<Text>,
        metadata -> DbJson,
        merged_into -> Nullable<DbUuid>,
        created_at -> DbInstant,
        erased_at -> Nullable<DbInstant>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::super::types::*;

    customer_keys (value, kind, source) {
        kind -> Text,
        source -> Text,
        value -> Text,
        shown -> Text,
        customer_id -> DbUuid,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::super::types::*;

    merge_proposals (id) {
        id -> DbUuid,
        kept_id -> DbUuid,
        other_id -> DbUuid,
        created_at -> DbInstant,
        resolved_at -> Nullable<DbInstant>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::super::types::*;

    referrers (id) {
        id -> DbUuid,
        program_id -> DbUuid,
        customer_id -> DbUuid,
        status -> Text,
        metadata -> DbJson,
        created_at -> DbInstant,
        portal_links_from -> Nullable<DbInstant>,
        erased_at -> Nullable<DbInstant>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::super::types::*;

    codes (id) {
        id -> DbUuid,
        referrer_id -> DbUuid,
        code -> Text,
        skeleton -> Text,
        status -> Text,
        destination -> Nullable<Text>,
        created_at -> DbInstant,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::super::types::*;

    clicks (id) {
        id -> DbUuid,
        code_id -> DbUuid,
        referrer_id -> DbUuid,
        visitor -> DbUuid,
        at -> DbInstant,
        embedded -> Bool,
        block -> Nullable<DbUuid>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::super::types::*;

    sales (id) {
        id -> DbUuid,
        source -> Text,
        order_id -> Text,
        status -> Text,
        customer_id -> Nullable<DbUuid>,
        customer_version -> Nullable<BigInt>,
        version -> Nullable<BigInt>,
        history -> Bool,
        first_sale -> Bool,
        holds_place -> Bool,
        occurred_at -> DbInstant,
        paid_at -> Nullable<DbInstant>,
        due_at -> Nullable<DbInstant>,
        currency -> Nullable<Text>,
        base -> BigInt,
        base_refunded -> BigInt,
        total -> BigInt,
        total_disagrees -> Bool,
        over_refunded -> Bool,
        friend_discount -> BigInt,
        decision -> Nullable<DbJson>,
        claimed_by -> Nullable<DbUuid>,
        verdict_seq -> BigInt,
        verdict_kind -> Nullable<Text>,
        verdict_reason -> Nullable<Text>,
        referrer_id -> Nullable<DbUuid>,
        metadata -> DbJson,
        created_at -> DbInstant,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::super::types::*;

    sale_revisions (sale_id, version) {
        sale_id -> DbUuid,
        version -> BigInt,
        id -> DbUuid,
        base -> BigInt,
        total -> BigInt,
        content -> DbJson,
        created_at -> DbInstant,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::super::types::*;

    sale_lines (sale_id, version, line) {
        sale_id -> DbUuid,
        version -> BigInt,
        line -> BigInt,
        sku -> Text,
        category -> Nullable<Text>,
        quantity -> BigInt,
        unit_price -> BigInt,
        discount -> BigInt,
        commissionable -> Bool,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::super::types::*;

    sale_hints (sale_id, version) {
        sale_id -> DbUuid,
        version -> BigInt,
        kind -> Text,
        source -> Text,
        value -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::super::types::*;

    verdicts (sale_id, seq) {
        sale_id -> DbUuid,
        seq -> BigInt,
        version -> BigInt,
        program_id -> DbUuid,
        kind -> Text,
        reason -> Nullable<Text>,
        referrer_id -> Nullable<DbUuid>,
        code -> Nullable<Text>,
        evidence -> Nullable<Text>,
        terms_version -> BigInt,
        inputs -> DbJson,
        actor -> Text,
        note -> Nullable<Text>,
        created_at -> DbInstant,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::super::types::*;

    referrals (id) {
        id -> DbUuid,
        program_id -> DbUuid,
        customer_id -> DbUuid,
        referrer_id -> DbUuid,
        code -> Nullable<Text>,
        terms_version -> BigInt,
        sale_id -> DbUuid,
        since -> DbInstant,
        created_at -> DbInstant,
        ended_at -> Nullable<DbInstant>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::super::types::*;

    commissions (id) {
        id -> DbUuid,
        program_id -> DbUuid,
        sale_id -> DbUuid,
        kind -> Text,
        live -> Bool,
        referrer_id -> DbUuid,
        verdict_seq -> BigInt,
        terms_version -> BigInt,
        currency -> Text,
        amount -> BigInt,
        net -> BigInt,
        changes -> BigInt,
        status -> Text,
        due_at -> DbInstant,
        approved_at -> Nullable<DbInstant>,
        created_at -> DbInstant,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::super::types::*;

    commission_changes (id) {
        id -> DbUuid,
        commission_id -> DbUuid,
        seq -> BigInt,
        cause -> Text,
        cause_id -> DbUuid,
        verdict_seq -> BigInt,
        base -> BigInt,
        base_refunded -> BigInt,
        returned -> Nullable<DbJson>,
        amount -> BigInt,
        created_at -> DbInstant,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::super::types::*;

    refunds (id) {
        id -> DbUuid,
        source -> Text,
        refund_id -> Text,
        sale_id -> DbUuid,
        content -> DbJson,
        created_at -> DbInstant,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::super::types::*;

    adjustments (id) {
        id -> DbUuid,
        referrer_id -> DbUuid,
        kind -> Text,
        currency -> Text,
        amount -> BigInt,
        reason -> Text,
        actor -> Text,
        created_at -> DbInstant,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::super::types::*;

    transfers (cause_id, kind) {
        cause_id -> DbUuid,
        kind -> Text,
        referrer_id -> DbUuid,
        currency -> Text,
        from_account -> Text,
        to_account -> Text,
        amount -> BigInt,
        posted_at -> DbInstant,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::super::types::*;

    balances (referrer_id, currency) {
        referrer_id -> DbUuid,
        currency -> Text,
        expense -> BigInt,
        on_hold -> BigInt,
        ready -> BigInt,
        in_transit -> BigInt,
        paid -> BigInt,
        written_off -> BigInt,
        opening -> BigInt,
        fees -> BigInt,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::super::types::*;

    payout_batches (id) {
        id -> DbUuid,
        program_id -> DbUuid,
        status -> Text,
        cutoff -> DbInstant,
        bounded -> Bool,
        sweep -> Bool,
        scheduled_for -> Nullable<Text>,
        terms_version -> BigInt,
        prepared_to -> Nullable<DbUuid>,
        touched_at -> DbInstant,
        hash -> Nullable<Text>,
        prepared_by -> Text,
        approved_by -> Nullable<Text>,
        created_at -> DbInstant,
        approved_at -> Nullable<DbInstant>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::super::types::*;

    payouts (id) {
        id -> DbUuid,
        program_id -> DbUuid,
        batch_id -> DbUuid,
        referrer_id -> DbUuid,
        currency -> Text,
        amount -> BigInt,
        rail -> Text,
        status -> Text,
        idempotency_key -> Text,
        reference -> Nullable<Text>,
        reason -> Nullable<Text>,
        method_version -> Nullable<BigInt>,
        account -> Nullable<Text>,
        details -> Nullable<Text>,
        exported_as -> Nullable<Text>,
        created_at -> DbInstant,
        approved_at -> Nullable<DbInstant>,
        settled_at -> Nullable<DbInstant>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::super::types::*;

    payout_lines (payout_id, item_kind, item_id) {
        payout_id -> DbUuid,
        item_kind -> Text,
        item_id -> DbUuid,
        amount -> BigInt,
        released_at -> Nullable<DbInstant>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::super::types::*;

    jobs (id) {
        id -> DbUuid,
        kind -> Text,
        dedupe_key -> Text,
        status -> Text,
        payload -> DbJson,
        attempts -> BigInt,
        run_at -> DbInstant,
        lease_token -> Nullable<DbUuid>,
        lease_until -> Nullable<DbInstant>,
        last_error -> Nullable<Text>,
        created_at -> DbInstant,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::super::types::*;

    chores (name) {
        name -> Text,
        lease_token -> DbUuid,
        lease_until -> DbInstant,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::super::types::*;

    mails (id) {
        id -> DbUuid,
        kind -> Text,
        subject_id -> DbUuid,
        referrer_id -> DbUuid,
        message_id -> Text,
        told_in -> Nullable<DbUuid>,
        recipient -> Nullable<Text>,
        status -> Text,
        created_at -> DbInstant,
        ended_at -> Nullable<DbInstant>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::super::types::*;

    mail_optouts (referrer_id, kind) {
        referrer_id -> DbUuid,
        kind -> Text,
        created_at -> DbInstant,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::super::types::*;

    events (id) {
        id -> DbUuid,
        kind -> Text,
        subject_id -> DbUuid,
        data -> DbJson,
        created_at -> DbInstant,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::super::types::*;

    audit_log (id) {
        id -> DbUuid,
        actor -> Text,
        action -> Text,
        subject_id -> DbUuid,
        detail -> DbJson,
        created_at -> DbInstant,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::super::types::*;

    webhook_endpoints (id) {
        id -> DbUuid,
        url -> Text,
        description -> Nullable<Text>,
        kinds -> DbJson,
        secret -> Text,
        old_secret -> Nullable<Text>,
        old_secret_until -> Nullable<DbInstant>,
        status -> Text,
        why_disabled -> Nullable<Text>,
        failures -> BigInt,
        failing_since -> Nullable<DbInstant>,
        rests_until -> Nullable<DbInstant>,
        created_at -> DbInstant,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::super::types::*;

    tiers (name) {
        name -> Text,
        title -> Text,
        created_at -> DbInstant,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::super::types::*;

    deliveries (id) {
        id -> DbUuid,
        endpoint_id -> DbUuid,
        event_id -> DbUuid,
        kind -> Text,
        status -> Text,
        attempts -> BigInt,
        answer -> Nullable<BigInt>,
        error -> Nullable<Text>,
        next_at -> Nullable<DbInstant>,
        created_at -> DbInstant,
        ended_at -> Nullable<DbInstant>,
    }
}

diesel::allow_columns_to_appear_in_same_group_by_clause!(commissions::currency, verdicts::code);
diesel::table! {
    use diesel::sql_types::*;
    use super::super::types::*;

    connections (id) {
        id -> DbUuid,
        kind -> Text,
        name -> Text,
        source -> Text,
        currency -> Nullable<Text>,
        code_sources -> DbJson,
        field_map -> Nullable<DbJson>,
        signature_header -> Nullable<Text>,
        secret -> Text,
        secret_before -> Nullable<Text>,
        secret_before_until -> Nullable<DbInstant>,
        api_url -> Nullable<Text>,
        api_key -> Nullable<Text>,
        pull -> Bool,
        coupons -> Bool,
        pulled_to -> Nullable<DbInstant>,
        pull_started_at -> Nullable<DbInstant>,
        pull_cursor -> Nullable<Text>,
        pull_error -> Nullable<Text>,
        last_delivery_at -> Nullable<DbInstant>,
        removed_at -> Nullable<DbInstant>,
        created_at -> DbInstant,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::super::types::*;

    inbound_deliveries (id) {
        id -> DbUuid,
        connection_id -> DbUuid,
        delivery_key -> Text,
        topic -> Text,
        status -> Text,
        test -> Bool,
        body -> Nullable<Binary>,
        error -> Nullable<Text>,
        outcome -> DbJson,
        attempts -> BigInt,
        received_at -> DbInstant,
        settled_at -> Nullable<DbInstant>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::super::types::*;

    coupons (connection_id, code_id) {
        connection_id -> DbUuid,
        code_id -> DbUuid,
        code -> Text,
        active -> Bool,
        gives -> Text,
        remote_id -> Nullable<Text>,
        status -> Text,
        error -> Nullable<Text>,
        attempts -> BigInt,
        next_at -> DbInstant,
        checked_at -> Nullable<DbInstant>,
        created_at -> DbInstant,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::super::types::*;

    click_days (code_id, day) {
        code_id -> DbUuid,
        day -> Text,
        clicks -> BigInt,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::super::types::*;

    imports (id) {
        id -> DbUuid,
        kind -> Text,
        name -> Text,
        source -> Text,
        fingerprint -> Text,
        request -> DbJson,
        actor -> Text,
        dry_run -> Bool,
        uploaded -> Bool,
        status -> Text,
        rows_total -> BigInt,
        units -> BigInt,
        position -> BigInt,
        notes -> DbJson,
        problem -> Nullable<Text>,
        lease_token -> Nullable<DbUuid>,
        lease_until -> Nullable<DbInstant>,
        created_at -> DbInstant,
        ended_at -> Nullable<DbInstant>,
        draft -> Bool,
        next_id -> Nullable<DbUuid>,
        taken_back_at -> Nullable<DbInstant>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::super::types::*;

    import_chunks (import_id, seq) {
        import_id -> DbUuid,
        seq -> BigInt,
        bytes -> Binary,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::super::types::*;

    import_rows (import_id, line) {
        import_id -> DbUuid,
        line -> BigInt,
        outcome -> Text,
        order_id -> Nullable<Text>,
        subject_id -> Nullable<DbUuid>,
        currency -> Nullable<Text>,
        sold -> Nullable<BigInt>,
        refunded -> Nullable<BigInt>,
        field -> Nullable<Text>,
        code -> Nullable<Text>,
        message -> Nullable<Text>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::super::types::*;

    import_openings (product, account, currency) {
        product -> Text,
        account -> Text,
        currency -> Text,
        adjustment_id -> DbUuid,
        created_at -> DbInstant,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::super::types::*;

    introductions (id) {
        id -> DbUuid,
        program_id -> DbUuid,
        customer_id -> DbUuid,
        referrer_id -> DbUuid,
        code -> Nullable<Text>,
        source -> Text,
        terms_version -> BigInt,
        expires_at -> DbInstant,
        created_at -> DbInstant,
        ended_at -> Nullable<DbInstant>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::super::types::*;

    claims (id) {
        id -> DbUuid,
        program_id -> DbUuid,
        referrer_id -> DbUuid,
        source -> Text,
        order_id -> Nullable<Text>,
        friend -> Nullable<Text>,
        bought_on -> Nullable<Text>,
        status -> Text,
        reason -> Nullable<Text>,
        sale_id -> Nullable<DbUuid>,
        decide_by -> DbInstant,
        decided_by -> Nullable<Text>,
        created_at -> DbInstant,
        ended_at -> Nullable<DbInstant>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::super::types::*;

    sale_signals (mark, kind, sale_id) {
        mark -> DbUuid,
        kind -> Text,
        sale_id -> DbUuid,
        at -> DbInstant,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::super::types::*;

    payout_methods (referrer_id) {
        referrer_id -> DbUuid,
        version -> BigInt,
        rail -> Text,
        details -> Text,
        account -> Text,
        fingerprint -> Nullable<DbUuid>,
        hold_until -> Nullable<DbInstant>,
        created_at -> DbInstant,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::super::types::*;

    payout_providers (name) {
        name -> Text,
        base_url -> Text,
        client_id -> Text,
        client_secret -> Text,
        automatic -> Bool,
        items_max -> BigInt,
        created_at -> DbInstant,
        changed_at -> DbInstant,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::super::types::*;

    payout_method_changes (id) {
        id -> DbUuid,
        referrer_id -> DbUuid,
        version -> BigInt,
        rail -> Nullable<Text>,
        account -> Nullable<Text>,
        hold_until -> Nullable<DbInstant>,
        actor -> Text,
        created_at -> DbInstant,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::super::types::*;

    mail_bounces (id) {
        id -> DbUuid,
        address -> Text,
        hard_at -> Nullable<DbInstant>,
        soft_count -> BigInt,
        complained_at -> Nullable<DbInstant>,
        last_at -> DbInstant,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::super::types::*;

    detail_reminders (referrer_id) {
        referrer_id -> DbUuid,
        since -> DbInstant,
        sent -> BigInt,
        next_at -> Nullable<DbInstant>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::super::types::*;

    not_paid (batch_id, referrer_id, currency) {
        batch_id -> DbUuid,
        referrer_id -> DbUuid,
        currency -> Text,
        amount -> BigInt,
        reason -> Text,
        since -> DbInstant,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::super::types::*;

    submissions (id) {
        id -> DbUuid,
        batch_id -> DbUuid,
        provider -> Text,
        status -> Text,
        body -> Nullable<Text>,
        provider_id -> Nullable<Text>,
        hinted_id -> Nullable<Text>,
        attempts -> BigInt,
        first_sent_at -> Nullable<DbInstant>,
        asked_at -> Nullable<DbInstant>,
        error -> Nullable<Text>,
        created_at -> DbInstant,
        ended_at -> Nullable<DbInstant>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::super::types::*;

    owner_notices (id) {
        id -> DbUuid,
        kind -> Text,
        subject -> Text,
        message_id -> Text,
        status -> Text,
        created_at -> DbInstant,
        ended_at -> Nullable<DbInstant>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::super::types::*;

    submission_items (submission_id, payout_id) {
        submission_id -> DbUuid,
        payout_id -> DbUuid,
        item_id -> Nullable<Text>,
        item_status -> Nullable<Text>,
        fee -> Nullable<BigInt>,
        fee_currency -> Nullable<Text>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::super::types::*;

    periods (name) {
        name -> Text,
        starts_at -> DbInstant,
        ends_at -> DbInstant,
        timezone -> Text,
        actor -> Text,
        closed_at -> DbInstant,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::super::types::*;

    period_reports (name) {
        name -> Text,
        hash -> Text,
        totals -> DbJson,
        created_at -> DbInstant,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::super::types::*;

    letter_texts (locale, key) {
        locale -> Text,
        key -> Text,
        text -> Text,
        changed_at -> DbInstant,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::super::types::*;

    logins (id) {
        id -> DbUuid,
        email -> Text,
        name -> Text,
        role -> Text,
        password_hash -> Text,
        locale -> Text,
        created_at -> DbInstant,
        removed_at -> Nullable<DbInstant>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::super::types::*;

    login_links (id) {
        id -> DbUuid,
        kind -> Text,
        mode -> Text,
        login_id -> Nullable<DbUuid>,
        referrer_id -> Nullable<DbUuid>,
        created_at -> DbInstant,
        expires_at -> DbInstant,
        used_at -> Nullable<DbInstant>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::super::types::*;

    joins (id) {
        id -> DbUuid,
        customer_id -> DbUuid,
        terms_version -> BigInt,
        status -> Text,
        created_at -> DbInstant,
        decided_by -> Nullable<Text>,
        ended_at -> Nullable<DbInstant>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::super::types::*;

    pending_decisions (id) {
        id -> DbUuid,
        kind -> Text,
        subject_id -> DbUuid,
        decision -> DbJson,
        reason -> Text,
        actor -> Text,
        execute_after -> DbInstant,
        refusal -> Nullable<Text>,
        created_at -> DbInstant,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::super::types::*;

    restricted_recipients (referrer_id) {
        referrer_id -> DbUuid,
        sealed -> Text,
        kept_until -> DbInstant,
        created_at -> DbInstant,
    }
}

diesel::allow_tables_to_appear_in_same_query!(
    settings,
    tokens,
    idempotency_keys,
    programs,
    terms,
    customers,
    customer_keys,
    merge_proposals,
    referrers,
    codes,
    clicks,
    sales,
    sale_revisions,
    sale_lines,
    sale_hints,
    verdicts,
    referrals,
    commissions,
    commission_changes,
    refunds,
    adjustments,
    transfers,
    balances,
    payout_batches,
    payouts,
    payout_lines,
    payout_methods,
    payout_method_changes,
    detail_reminders,
    not_paid,
    jobs,
    chores,
    mails,
    mail_optouts,
    events,
    audit_log,
    webhook_endpoints,
    deliveries,
    tiers,
    connections,
    inbound_deliveries,
    coupons,
    click_days,
    imports,
    import_chunks,
    import_rows,
    import_openings,
    introductions,
    claims,
    sale_signals,
    payout_providers,
    submissions,
    submission_items,
    periods,
    period_reports,
    mail_bounces,
    owner_notices,
    logins,
    login_links,
    pending_decisions,
    joins,
    letter_texts,
    restricted_recipients,
);

// Paid and returned, by rail.
diesel::allow_columns_to_appear_in_same_group_by_clause!(payouts::rail, transfers::kind);
diesel::allow_columns_to_appear_in_same_group_by_clause!(payouts::rail, transfers::referrer_id);
diesel::allow_columns_to_appear_in_same_group_by_clause!(payouts::rail, transfers::currency);
