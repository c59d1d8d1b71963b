using EvenKeel.Data;

namespace EvenKeel.Tests.Data;

public sealed class ImageSetTests
{
    [Fact]
    public void TakeCopiesThatRange()
    {
        var set = Sets.Numbered(7);
        var part = set.Take(2, 3);
        Assert.Equal(3, part.Count);
        Assert.Equal(set.Labels[2..5], part.Labels);
        Assert.All(part.Image(1).ToArray(), value => Assert.Equal(3, value));
        Assert.Same(set, set.Take(0, 7));
        Assert.Contains("has 7 images", Assert.Throws<UserException>(() => set.Take(5, 3)).Message);
    }

    [Fact]
    public void FingerprintTellsPixelsLabelsAndOrder()
    {
        var set = Sets.Random(9);
        Assert.Equal(64, set.Fingerprint.Length);
        Assert.Equal(set.Fingerprint, Sets.Random(9).Fingerprint);
        var pixels = (byte[])set.Pixels.Clone();
        pixels[^1] ^= 1;
        var labels = (byte[])set.Labels.Clone();
        labels[0] = 2;
        var changed = new ImageSet("x", 6, 5, 3, pixels, set.Labels, Sets.Classes);
        var relabelled = new ImageSet("x", 6, 5, 3, set.Pixels, labels, Sets.Classes);
        var reordered = set.Reorder([1, 0, 2, 3, 4, 5, 6, 7, 8]);
        Assert.Equal(4, new[] { set, changed, relabelled, reordered }.Select(s => s.Fingerprint).Distinct().Count());
        Assert.Equal(ContentHash.Of(set), ContentHash.Of(reordered));
        Assert.Equal(3, new[] { set, changed, relabelled }.Select(ContentHash.Of).Distinct().Count());
    }

    [Fact]
    public void LabelsOutsideTheClassesAndOddLengthsAreRefused()
    {
        var labels = Assert.Throws<UserException>(() => new ImageSet("s", 1, 1, 1, new byte[3], [0, 3, 1], Sets.Classes));
        Assert.Contains("image 1 has label 3, but the classes are 0 to 2", labels.Message);
        var length = Assert.Throws<UserException>(() => new ImageSet("s", 2, 2, 1, new byte[7], [0, 1], Sets.Classes));
        Assert.Contains("need 8 pixel bytes of 2x2x1 images, but there are 7", length.Message);
    }
}
