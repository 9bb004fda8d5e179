use super::entries;

#[test]
fn feeds() {
    let table: &[(&str, &[&str])] = &[
        (
            "<rss version='2.0'><channel><title>t</title><link>http://a/</link>\
             <atom:link href='http://a/feed' rel='self' type='application/rss+xml'/>\
             <item><title>x</title><link> http://a/1 </link><guid>http://a/g</guid>\
             <enclosure url='http://a/x.mp3'/></item>\
             <item><guid>http://a/2</guid></item><item><guid isPermaLink='false'>http://a/3</guid></item>\
             <item><description>&lt;a href=\"http://a/no\"&gt;</description></item></channel></rss>",
            &["page http://a/", "page http://a/1", "page http://a/2"],
        ),
        (
            "<rdf:RDF xmlns='http://purl.org/rss/1.0/'><channel rdf:about='http://a/rss'><link>http://a/</link>\
             </channel><item rdf:about='http://a/1'><link>http://a/1</link></item></rdf:RDF>",
            &["page http://a/", "page http://a/1"],
        ),
        (
            "<feed xmlns='http://www.w3.org/2005/Atom'><link href='/'/><link rel='self' href='/feed'/>\
             <link rel='next' href='/feed?page=2&amp;x=1'/><link rel='hub' href='http://hub/'/>\
             <entry><link rel='alternate' href='/1'/><link rel='enclosure' href='/1.mp3'/></entry></feed>",
            &["page /", "page /feed?page=2&x=1", "page /1"],
        ),
        (
            "<a:feed xmlns:a='http://www.w3.org/2005/Atom'><atom:link href='/1'></atom:link></a:feed>",
            &["page /1"],
        ),
    ];
    for (xml, expected) in table {
        assert_eq!(entries(xml), *expected, "{xml}");
    }
}
