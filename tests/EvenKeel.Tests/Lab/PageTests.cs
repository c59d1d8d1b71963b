using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace EvenKeel.Tests.Lab;

/// <summary>The page of a study as a reader uses it, in a browser. Expected figures are those the journals were made of.</summary>
public sealed class PageTests(PageInBrowser page) : IClassFixture<PageInBrowser>
{
    [Fact]
    public void The_page_refers_to_nothing_outside_itself()
    {
        string[] addresses = [.. Regex.Matches(page.Html, """https?://[^\s"'<)]*""").Select(match => match.Value).Distinct(StringComparer.Ordinal)];
        Assert.All(addresses, address => Assert.Equal("http://www.w3.org/2000/svg", address));
        Assert.DoesNotMatch("""<link|<img|<iframe|@import|\ssrc=|url\((?!#)|fetch\(|XMLHttpRequest|\simport\(""", page.Html);
    }

    [Fact]
    public void Nothing_goes_wrong_and_nothing_overflows_on_a_desk_or_a_phone()
    {
        Assert.Equal((1280, 390), (page.Desk.GetProperty("width").GetInt32(), page.Phone.GetProperty("width").GetInt32()));
        Assert.All(new[] { page.Desk, page.Phone }, outcome =>
        {
            Assert.Equal([], outcome.GetProperty("errors").EnumerateArray().Select(error => error.GetString()));
            Assert.Equal(0, outcome.GetProperty("overflow").GetInt32());
            Assert.Equal(0, outcome.GetProperty("unlabelled").GetInt32());
        });
    }

    [Fact]
    public void The_pointer_reads_the_mean_and_the_spread_of_the_seeds()
    {
        Both("hover", Reading(12));
        Both("left", "");
        Both("bands", 3);
    }

    [Fact]
    public void A_tap_leaves_its_reading_until_the_next_elsewhere()
    {
        Both("tapped", Reading(12));
        Both("tappedAway", "");
        Both("tipInside", true);
    }

    [Fact]
    public void Keys_read_zoom_and_reset()
    {
        Both("focused", "solid");
        Both("home", Reading(1));
        Both("right", Reading(2));
        Both("end", Reading(24));
        Both("escaped", "");

        // Half of epochs 0 to 24 around the last, where errors lie between 14 and 29; then moved along to the first.
        Both("keyTicks", ["10", "15", "20", "25", "30", "12", "14", "16", "18", "20", "22", "24", "epoch"]);
        Both("followed", ["0", "20", "40", "60", "80", "2", "4", "6", "8", "10", "12", "epoch"]);
        foreach (string step in (string[])["resetShown", "outAgain", "keyReset"])
            Both(step, true);
    }

    [Fact]
    public void A_drag_zooms_that_chart_alone_until_it_is_reset()
    {
        // From a quarter to half of epochs 0 to 24; errors there lie between 13.4 (bn, 11) and 32.5 (none, 6).
        Both("dragTicks", ["10", "15", "20", "25", "30", "35", "6", "7", "8", "9", "10", "11", "12", "epoch"]);
        Both("dragState", " Shown: epoch 6 to 12.");
        foreach (string step in (string[])["dragMarked", "otherUnmoved", "doubleReset", "buttonReset"])
            Both(step, true);
    }

    [Fact]
    public void Scrolling_stays_with_the_page_unless_the_control_key_is_held()
    {
        Both("touch", "pan-y pinch-zoom");
        Both("scrolledAway", true);
        Both("plainWheel", false);
        Both("zoomWheel", true);
    }

    [Fact]
    public void Smoothing_takes_all_values_and_leaves_the_measured_ones_behind()
    {
        Both("smoothingShown", true);
        Both("windows", "1,3,5,11,21");
        Both("behind", 3);
        Both("smoothBands", 3);
        Both("smooth", Reading(12, 10, 11, 12, 13, 14));
        Both("smoothEnd", Reading(24));
        Both("smoothState", " Smoothed: mean of 5 epochs, as measured faintly behind.");
        Both("smoothOff", true);
    }

    [Fact]
    public void The_legend_marks_a_scheme_hides_it_and_brings_it_back()
    {
        Both("marked", "1,0.15,0.15");
        Both("unmarked", "1,1,1");
        Both("hidden", true);
        Both("hoverHidden", Reading(12).Split(";|none")[0]);
        Both("shownAgain", true);
    }

    [Fact]
    public void Colours_are_the_readers_choice()
    {
        Both("dark", "rgb(19, 21, 25)");
        Both("light", "rgb(251, 250, 248)");
    }

    // What the tip says at an epoch with a batch of 10: each scheme's mean over the seeds, which lie one below and one above.
    private static string Reading(int epoch, params int[] window)
    {
        int[] epochs = window.Length == 0 ? [epoch] : window;
        IEnumerable<string> lines = ((string[])["bn", "wn", "none"]).Select(scheme =>
        {
            double mean = epochs.Average(at => FixedStudy.MeanError(scheme, 10, at));
            return string.Create(CultureInfo.InvariantCulture, $"|{scheme}|{mean:F1}|{mean - 1:F1} to {mean + 1:F1}");
        });
        return $"Epoch {epoch};{string.Join(';', lines)}";
    }

    private void Both(string name, string expected) =>
        Assert.All(Outcomes(name), outcome => Assert.Equal(expected, outcome.GetString()));

    private void Both(string name, bool expected) =>
        Assert.All(Outcomes(name), outcome => Assert.True(outcome.GetBoolean() == expected, name));

    private void Both(string name, int expected) =>
        Assert.All(Outcomes(name), outcome => Assert.Equal(expected, outcome.GetInt32()));

    private void Both(string name, string[] expected) =>
        Assert.All(Outcomes(name), outcome => Assert.Equal(expected, outcome.EnumerateArray().Select(item => item.GetString())));

    private JsonElement[] Outcomes(string name) => [page.Desk.GetProperty(name), page.Phone.GetProperty(name)];
}
