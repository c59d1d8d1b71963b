using System.CommandLine;
using EvenKeel.Norms;
using EvenKeel.Optim;
using EvenKeel.Training;

namespace EvenKeel.Cli;

/// <summary>The options that make a run spec, shared by <c>train</c> and <c>compare</c>.</summary>
internal sealed class RunOptions
{
    private readonly Option<string> _model;
    private readonly Option<double> _width;
    private readonly Option<string> _data;
    private readonly Option<int?> _trainImages;
    private readonly Option<int> _validationImages;
    private readonly Option<int?> _testImages;
    private readonly Option<string> _preprocess;
    private readonly Option<string> _augment;
    private readonly Option<int> _epochs;
    private readonly Option<int> _batch;
    private readonly Option<string> _optimizer;
    private readonly Option<double> _rate;
    private readonly Option<double> _momentum;
    private readonly Option<double> _decay;
    private readonly Option<string> _decayScope;
    private readonly Option<string> _schedule;
    private readonly Option<double> _from;
    private readonly Option<double?> _beta1After;
    private readonly Option<string> _init;
    private readonly Option<double> _clip;
    private readonly Option<int> _initImages;
    private readonly Option<int> _diagnostics;

    /// <summary>Declares the options with the defaults of a spec.</summary>
    public RunOptions(RunSpec defaults)
    {
        _model = Option("--model", "Network.", defaults.Model, "NAME");
        _width = Option("--width", "Factor on every hidden width.", defaults.Width, "FACTOR");
        _data = Option("--data", "Data set; see 'evenkeel data list'.", defaults.Data, "NAME");
        _trainImages = Option("--train-images", "Training images, the first so many; all if not given.", defaults.TrainImages, "N");
        _validationImages = Option("--validation-images", "Images held out of the training set.", defaults.ValidationImages, "N");
        _testImages = Option("--test-images", "Test images, the first so many; all if not given.", defaults.TestImages, "N");
        _preprocess = Option("--preprocess", "Pixels: unit, standardize, centre or zca.", defaults.Preprocess, "NAME");
        _augment = Option("--augment", "Augmentation: none, flip, crop or flip+crop.", defaults.Augment, "NAME");
        _epochs = Option("--epochs", "Passes over the training set.", defaults.Epochs, "N");
        _batch = Option("--batch", "Images per step.", defaults.Batch, "N");
        _optimizer = Option("--optimizer", "sgd, adam, adamw or adamax.", defaults.Optimizer.Kind, "NAME");
        _rate = Option("--rate", "Learning rate.", defaults.Optimizer.LearningRate, "RATE");
        _momentum = Option("--momentum", "Momentum of sgd.", defaults.Optimizer.Momentum, "M");
        _decay = Option("--weight-decay", "Weight decay.", defaults.Optimizer.WeightDecay, "L");
        _decayScope = Option("--decay-scope", "What is decayed: weights, all (gains and biases too) or scale-dependent (weights that no normalizer makes scale invariant).", NormValues.Format(defaults.Optimizer.DecayScope), "NAME");
        _decayScope.CustomParser = CommonOptions.Named(text => NormValues.Format(Scope(text)));
        _clip = Option("--clip-norm", "Longest gradient, all parameters taken together; longer ones are shortened to it. 0 for any.", defaults.Optimizer.ClipNorm, "NORM");
        _schedule = Option("--schedule", "Learning rate over the run: constant, linear or cosine.", defaults.Schedule.Kind, "NAME");
        _from = Option("--from", "Share of the run after which 'linear' falls to zero.", defaults.Schedule.From, "SHARE");
        _beta1After = Option("--beta1-after", "Adam's beta1 after that share of the run.", defaults.Schedule.Beta1After, "B");
        _init = Option("--init", "Starting weights: he, he-uniform, uniform or normal.", defaults.Init, "NAME");
        _initImages = Option("--init-images", "Images that data-dependent initialization measures.", defaults.InitImages, "N");
        _diagnostics = Option("--diagnostics", "Moments at which the inside of the network is measured, such as 20; 0 for none. The training stays the same to the bit.", defaults.Diagnostics, "N");
    }

    /// <summary>Adds the options to a verb.</summary>
    public void AddTo(Command command)
    {
        foreach (var option in new Option[]
                 {
                     _model, _width, _data, _trainImages, _validationImages, _testImages, _preprocess, _augment, _epochs,
                     _batch, _optimizer, _rate, _momentum, _decay, _decayScope, _clip, _schedule, _from, _beta1After, _init, _initImages,
                     _diagnostics,
                 })
        {
            command.Add(option);
        }
    }

    /// <summary>The spec that was asked for, without scheme and seed.</summary>
    public RunSpec Read(ParseResult result) => new()
    {
        Model = result.GetValue(_model)!,
        Width = result.GetValue(_width),
        Data = result.GetValue(_data)!,
        TrainImages = result.GetValue(_trainImages),
        ValidationImages = result.GetValue(_validationImages),
        TestImages = result.GetValue(_testImages),
        Preprocess = result.GetValue(_preprocess)!,
        Augment = result.GetValue(_augment)!,
        Epochs = result.GetValue(_epochs),
        Batch = result.GetValue(_batch),
        Init = result.GetValue(_init)!,
        InitImages = result.GetValue(_initImages),
        Optimizer = new OptimizerSpec
        {
            Kind = result.GetValue(_optimizer)!,
            LearningRate = result.GetValue(_rate),
            Momentum = result.GetValue(_momentum),
            WeightDecay = result.GetValue(_decay),
            DecayScope = Scope(result.GetValue(_decayScope)!),
            ClipNorm = result.GetValue(_clip),
        },
        Schedule = new ScheduleSpec
        {
            Kind = result.GetValue(_schedule)!,
            From = result.GetValue(_from),
            Beta1After = result.GetValue(_beta1After),
        },
        Diagnostics = result.GetValue(_diagnostics),
    };

    private static DecayScope Scope(string text) => NormValues.Parse(text, typeof(DecayScope)) as DecayScope?
        ?? throw new UserException($"--decay-scope {text}: expected {NormValues.Expected(typeof(DecayScope))}.");

    private static Option<T> Option<T>(string name, string description, T fallback, string helpName) => new(name)
    {
        Description = description,
        HelpName = helpName,
        DefaultValueFactory = _ => fallback,
    };
}
