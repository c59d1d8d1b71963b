using EvenKeel.Autograd;

namespace EvenKeel.Training;

/// <summary>What the steps since the last line of the journal come to.</summary>
internal struct StepSums
{
    private double _loss;
    private double _seconds;
    private long _errors;
    private long _images;

    /// <summary>Adds a step.</summary>
    /// <param name="loss">Its loss and errors.</param>
    /// <param name="images">Images of its batch.</param>
    /// <param name="seconds">How long it took.</param>
    public void Add(BatchLoss loss, int images, double seconds)
    {
        _loss += loss.Mean * images;
        _errors += loss.Errors;
        _seconds += seconds;
        _images += images;
    }

    /// <summary>The line of the journal; what follows belongs to the next one.</summary>
    /// <param name="step">Steps of the run so far.</param>
    /// <param name="epoch">Epochs so far.</param>
    /// <param name="rate">Learning rate.</param>
    public StepRecord Take(long step, double epoch, double rate)
    {
        var record = new StepRecord
        {
            Step = step,
            Epoch = epoch,
            Loss = _loss / _images,
            Error = _errors / (double)_images,
            Rate = rate,
            ImagesPerSecond = _images / _seconds,
        };
        this = default;
        return record;
    }
}
