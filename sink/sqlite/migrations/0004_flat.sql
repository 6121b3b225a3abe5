-- Articles as a spreadsheet takes them: one text or number a column.
CREATE VIEW articles_flat AS
SELECT article_key, site, article_id, url, page_type, headline,
  alternative_headline, description, byline,
  (SELECT group_concat(value, '; ') FROM json_each(authors)) AS authors,
  (SELECT group_concat(value ->> 'name', '; ')
   FROM json_each(editors)) AS editors,
  source_organization, publisher, account_name,
  date_published, date_modified, in_language, dateline,
  article_section,
  (SELECT group_concat(value, '; ') FROM json_each(keywords)) AS keywords,
  tracking_keyword, article_body,
  length(article_body) AS body_characters,
  COALESCE(json_array_length(images), 0) AS image_count,
  images ->> ('$[' || COALESCE(lead_image, 0) || '].url') AS lead_image_url,
  images ->> ('$[' || COALESCE(lead_image, 0) || '].caption')
    AS lead_image_caption,
  COALESCE(json_array_length(videos), 0) AS video_count,
  comment_count, like_count, view_count, share_count,
  is_accessible_for_free, copyright_notice, external_link, batch,
  fetched_at, parse_generation, state, state_reason, state_fetched_at,
  first_stored_at, updated_at
FROM articles
WHERE fetched_at IS NOT NULL;
