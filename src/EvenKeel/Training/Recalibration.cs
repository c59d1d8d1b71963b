using EvenKeel.Data;
using EvenKeel.Modules;

namespace EvenKeel.Training;

/// <summary>
/// Measures the running statistics of a network anew over a whole data set, instead of leaving them to a moving average
/// of the last batches: after training, a change of the weights (averaging, folding, another scheme), or for small
/// batches (arXiv 2105.07576, section 3).
/// </summary>
/// <remarks>Every layer normalizes with its batch's own statistics, without noise and dropout, and stores the mean and
/// variance over all elements that it saw, with m or m − 1 as its method says; scales other than a variance, which cannot
/// be pooled, as their mean. The result depends on how the set is cut into batches only through the layers before.
/// Layers with frozen statistics, and those that keep theirs, are left alone.</remarks>
public static class Recalibration
{
    /// <summary>Recalibrates with the images of a set, in its order.</summary>
    /// <param name="network">The network.</param>
    /// <param name="set">The images.</param>
    /// <param name="batch">Images per pass, 2 or more; a single image left over joins the last.</param>
    /// <param name="cancel">Stops between passes; nothing is changed then.</param>
    /// <returns>The number of layers whose statistics were measured.</returns>
    /// <exception cref="UserException">Fewer than 2 images, or a batch leaves one element per statistic.</exception>
    public static int Run(Network network, PreparedSet set, int batch, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(set);
        if (batch < 2 || set.Count < 2)
            throw new UserException($"Recalibration with {Math.Min(batch, set.Count)} image per pass has nothing to measure: expected 2 or more.");
        return Run(network, Batches(set, batch), cancel);
    }

    /// <summary>Recalibrates with batches of images.</summary>
    /// <param name="network">The network.</param>
    /// <param name="batches">Each some whole images [N,H,W,C]; every image counts alike.</param>
    /// <param name="cancel">Stops between passes; nothing is changed then.</param>
    /// <returns>The number of layers whose statistics were measured.</returns>
    /// <exception cref="ArgumentException">A batch is not a whole number of images.</exception>
    /// <exception cref="UserException">A batch leaves one element per statistic.</exception>
    public static int Run(Network network, IEnumerable<float[]> batches, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(batches);
        var statistics = network.Root.DescendantsAndSelf().OfType<NormLayer>()
            .Select(layer => layer.Running).OfType<RunningStatistics>().Distinct().ToArray();
        foreach (var running in statistics) running.BeginRecalibration();
        var pass = new Pass(network.Tape, PassMode.Recalibrate);
        foreach (var images in batches)
        {
            cancel.ThrowIfCancellationRequested();
            network.Tape.Begin(recording: false);
            network.Forward(pass, network.RentInput(images));
        }

        return statistics.Count(running => running.EndRecalibration());
    }

    private static IEnumerable<float[]> Batches(PreparedSet set, int batch)
    {
        var images = new float[Math.Min(batch, set.Count) * set.Size];
        for (var first = 0; first < set.Count;)
        {
            var left = set.Count - first;
            var count = left <= batch + 1 ? left : batch;
            if (images.Length != count * set.Size) images = new float[count * set.Size];
            for (var i = 0; i < count; i++) set.Image(first + i, images.AsSpan(i * set.Size, set.Size));
            first += count;
            yield return images;
        }
    }
}
